import { mount } from '#app/api/v1/mount.ts'
import { workloadEndpoints } from '#lib/identity/organisation/endpoints.ts'
import { workloadQuarantineEndpoints } from '#lib/identity/people/endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...workloadEndpoints, ...workloadQuarantineEndpoints)
