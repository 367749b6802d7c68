import { mount } from '#app/api/v1/mount.ts'
import { organisationEndpoints } from '#lib/identity/organisation/endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...organisationEndpoints)
