import { mount } from '#app/api/v1/mount.ts'
import { modelEndpoints } from '#lib/catalog/endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...modelEndpoints)
