import { mount } from '#app/api/v1/mount.ts'
import { profileEndpoints } from '#lib/policy/endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...profileEndpoints)
