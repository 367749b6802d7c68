import { mount } from '#app/api/v1/mount.ts'
import { decisionEndpoints } from '#lib/decisions/endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...decisionEndpoints)
