import { mount } from '#app/api/v1/mount.ts'
import { requestEndpoints } from '#lib/requests/endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...requestEndpoints)
