import { mount } from '#app/api/v1/mount.ts'
import { scopePolicyEndpoints } from '#lib/policy/endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...scopePolicyEndpoints)
