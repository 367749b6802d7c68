import { mount } from '#app/api/v1/mount.ts'
import { apiTokenEndpoints } from '#lib/identity/access/endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...apiTokenEndpoints)
