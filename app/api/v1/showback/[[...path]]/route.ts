import { mount } from '#app/api/v1/mount.ts'
import { showbackEndpoints } from '#lib/reports/endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...showbackEndpoints)
