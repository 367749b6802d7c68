import { mount } from '#app/api/v1/mount.ts'
import { keyEndpoints } from '#lib/keys/endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...keyEndpoints)
