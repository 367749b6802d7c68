import { mount } from '#app/api/v1/mount.ts'
import { getMyLimits } from '#lib/limits/endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(getMyLimits)
