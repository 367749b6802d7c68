import { mount } from '#app/api/v1/mount.ts'
import { projectEndpoints } from '#lib/identity/organisation/endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...projectEndpoints)
