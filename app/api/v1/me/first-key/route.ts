import { mount } from '#app/api/v1/mount.ts'
import { firstKeyEndpoint } from '#lib/keys/first-key-endpoint.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(firstKeyEndpoint)
