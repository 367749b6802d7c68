import { mount } from '#app/api/v1/mount.ts'
import { meEndpoints } from '#lib/identity/people/endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...meEndpoints)
