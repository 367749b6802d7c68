import { mount } from '#app/api/v1/mount.ts'
import { auditEndpoints } from '#lib/audit/endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...auditEndpoints)
