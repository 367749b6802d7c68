import { alertEndpoints } from '#lib/alerts/endpoints.ts'
import { auditEndpoints } from '#lib/audit/endpoints.ts'
import { decisionEndpoints } from '#lib/decisions/endpoints.ts'
import { modelEndpoints, providerEndpoints } from '#lib/catalog/endpoints.ts'
import { apiTokenEndpoints, profileMappingEndpoints } from '#lib/identity/access/endpoints.ts'
import {
  businessUnitEndpoints,
  costCentreEndpoints,
  organisationEndpoints,
  projectEndpoints,
  teamEndpoints,
  workloadEndpoints,
} from '#lib/identity/organisation/endpoints.ts'
import {
  meEndpoints,
  teamQuarantineEndpoints,
  userEndpoints,
  workloadQuarantineEndpoints,
} from '#lib/identity/people/endpoints.ts'
import { getMyLimits } from '#lib/limits/endpoints.ts'
import { keyEndpoints } from '#lib/keys/endpoints.ts'
import { budgetEndpoints, scopeLimitEndpoints } from '#lib/limits/budget-endpoints.ts'
import { firstKeyEndpoint } from '#lib/keys/first-key-endpoint.ts'
import { ledgerEndpoints } from '#lib/ledger/endpoints.ts'
import type { Endpoint } from '#lib/management/endpoint.ts'
import { profileEndpoints, scopePolicyEndpoints } from '#lib/policy/endpoints.ts'
import { requestEndpoints } from '#lib/requests/endpoints.ts'
import { memberEndpoints } from '#lib/reports/member-endpoints.ts'
import { callEndpoints, showbackEndpoints, usageEndpoints } from '#lib/reports/endpoints.ts'

/** Every operation of the management API. A test holds it against the route files: nothing answers that is not here. */
export const allEndpoints: readonly Endpoint[] = [
  ...meEndpoints,
  getMyLimits,
  firstKeyEndpoint,
  ...userEndpoints,
  ...teamEndpoints,
  ...teamQuarantineEndpoints,
  ...memberEndpoints,
  ...projectEndpoints,
  ...workloadEndpoints,
  ...workloadQuarantineEndpoints,
  ...organisationEndpoints,
  ...businessUnitEndpoints,
  ...costCentreEndpoints,
  ...profileMappingEndpoints,
  ...apiTokenEndpoints,
  ...keyEndpoints,
  ...requestEndpoints,
  ...profileEndpoints,
  ...scopePolicyEndpoints,
  ...providerEndpoints,
  ...modelEndpoints,
  ...budgetEndpoints,
  ...scopeLimitEndpoints,
  ...alertEndpoints,
  ...callEndpoints,
  ...decisionEndpoints,
  ...usageEndpoints,
  ...showbackEndpoints,
  ...ledgerEndpoints,
  ...auditEndpoints,
]
