import { mount } from '#app/api/v1/mount.ts'
import { callEndpoints } from '#lib/reports/endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...callEndpoints)
