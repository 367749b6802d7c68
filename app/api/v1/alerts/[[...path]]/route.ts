import { mount } from '#app/api/v1/mount.ts'
import { alertEndpoints } from '#lib/alerts/endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...alertEndpoints)
