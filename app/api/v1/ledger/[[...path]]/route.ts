import { mount } from '#app/api/v1/mount.ts'
import { ledgerEndpoints } from '#lib/ledger/endpoints.ts'

export const { GET, POST, PUT, PATCH, DELETE } = mount(...ledgerEndpoints)
