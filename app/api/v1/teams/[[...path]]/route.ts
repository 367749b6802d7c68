import { mount } from '#app/api/v1/mount.ts'
import { teamEndpoints } from '#lib/identity/organisation/endpoints.ts'
import { teamQuarantineEndpoints } from '#lib/identity/people/endpoints.ts'
import { memberEndpoints } from '#lib/reports/member-endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...teamEndpoints, ...teamQuarantineEndpoints, ...memberEndpoints)
