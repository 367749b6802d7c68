/**
 * Whether a grant lets one call through, decided over resolved names only: aliases are resolved before, and every hop of a
 * failover is authorised again.
 *
 * The order is part of the contract: the holder of a dead key must not learn what that key could reach, so the state of
 * the key and of whoever it belongs to comes before the endpoint, and the endpoint before model, provider and region.
 */
import type { Endpoint } from '#lib/catalog/contract.ts'
import type { TestedRule } from '#lib/ledger/contract.ts'
import type { Scope } from '#lib/limits/contract.ts'
import type { CatalogueRule, Grant } from '#lib/policy/contract.ts'
import { isAllowed } from '#lib/policy/rules/patterns.ts'

/** What the call wants to reach; null where the call has no such thing (a list of models has no model). */
export type Target = {
  readonly endpoint: Endpoint
  readonly modelName: string | null
  readonly providerName: string | null
  readonly region: string | null
}

export type AuthorisationCode =
  | 'key_revoked'
  | 'key_expired'
  | 'key_suspended'
  | 'key_pending_approval'
  | 'key_quarantined'
  | 'principal_disabled'
  | 'endpoint_not_allowed'
  | 'model_not_allowed'
  | 'provider_not_allowed'
  | 'region_not_allowed'

export type Denial = {
  readonly allowed: false
  readonly code: AuthorisationCode
  /** The layer that says no, such as "profile Experiment". */
  readonly layer: string
  /** Who or what is switched off, where that is the reason. */
  readonly scope: Scope | null
  /** For the caller: what was refused and what to do next. */
  readonly message: string
  readonly testedRules: readonly TestedRule[]
}

export type Authorisation = { readonly allowed: true; readonly testedRules: readonly TestedRule[] } | Denial

export function authorise(grant: Grant, target: Target, nowMs: number): Authorisation {
  const testedRules: TestedRule[] = []
  const steps = [
    () => keyProblem(grant, nowMs),
    () => principalProblem(grant),
    () => endpointProblem(grant, target.endpoint),
    () => catalogueProblem('model', target.modelName, grant.models),
    () => catalogueProblem('provider', target.providerName, grant.providers),
    () => catalogueProblem('region', target.region, grant.regions),
  ]
  for (const step of steps) {
    const { rule, problem } = step()
    if (rule) testedRules.push(rule)
    if (problem) return { allowed: false, ...problem, testedRules }
  }
  return { allowed: true, testedRules }
}

type Problem = Pick<Denial, 'code' | 'layer' | 'scope' | 'message'>
type Step = { readonly rule: TestedRule | null; readonly problem: Problem | null }

/** Passed on its own: nothing was asked that this rule could judge. */
const notAsked: Step = { rule: null, problem: null }

function keyProblem(grant: Grant, nowMs: number): Step {
  const { key } = grant
  const scope: Scope = { type: 'key', id: key.id, name: key.name }
  const code = keyCode(grant, nowMs)
  const rule = tested('key_status', code === null, scope, 'key', code === null ? 'active' : key.status)
  if (code === null) return { rule, problem: null }
  const why = key.statusReason ? ` Reason: ${key.statusReason}` : ''
  return { rule, problem: { code, layer: `key ${key.name}`, scope, message: `${keyMessages[code]}${why}` } }
}

type KeyCode = Extract<AuthorisationCode, `key_${string}`>

function keyCode({ key }: Grant, nowMs: number): KeyCode | null {
  if (key.status === 'revoked') return 'key_revoked'
  if (key.status === 'expired' || (key.expiresAtMs !== null && key.expiresAtMs <= nowMs)) return 'key_expired'
  if (key.status === 'suspended') return 'key_suspended'
  if (key.status === 'pending') return 'key_pending_approval'
  if (key.status === 'quarantined') return 'key_quarantined'
  return null
}

const keyMessages: Record<KeyCode, string> = {
  key_revoked: 'This key was revoked. Create a new key in the portal.',
  key_expired: 'This key has expired. Create a new key in the portal.',
  key_suspended: 'This key is suspended. Resume it in the portal, or ask its owner to.',
  key_pending_approval: 'This key waits for approval and does not work yet.',
  key_quarantined: 'This key is quarantined by an administrator. Ask your platform team.',
}

/** Everyone the key acts for has to be active: a person who left, or a team or workload that was stopped, takes it along. */
function principalProblem(grant: Grant): Step {
  const principals: readonly (readonly [Scope['type'], Grant['team'] | null])[] = [
    ['user', grant.user],
    ['workload', grant.workload],
    ['project', grant.project],
    ['team', grant.team],
  ]
  for (const [type, principal] of principals) {
    if (principal === null || principal.status === 'active') continue
    const scope: Scope = { type, id: principal.id, name: principal.name }
    return {
      rule: tested('principal_status', false, scope, type, principal.status),
      problem: {
        code: 'principal_disabled',
        layer: `${type} ${principal.name}`,
        scope,
        message: `The ${type} "${principal.name}" that this key belongs to is ${principal.status}. Ask your platform team.`,
      },
    }
  }
  return { rule: tested('principal_status', true, null, null, 'active'), problem: null }
}

function endpointProblem(grant: Grant, endpoint: Endpoint): Step {
  const source = `profile ${grant.profile.name}`
  const passed = grant.endpoints.includes(endpoint)
  const rule = tested('endpoint', passed, null, source, endpoint)
  if (passed) return { rule, problem: null }
  const message = `This key may not use the endpoint "${endpoint}": the access profile "${grant.profile.name}" does not allow it.`
  return { rule, problem: { code: 'endpoint_not_allowed', layer: source, scope: null, message } }
}

type Catalogue = 'model' | 'provider' | 'region'

function catalogueProblem(what: Catalogue, name: string | null, rules: readonly CatalogueRule[]): Step {
  if (name === null) return notAsked
  for (const catalogueRule of rules) {
    if (isAllowed(name, catalogueRule)) continue
    const layer = `${catalogueRule.layer} ${catalogueRule.name}`
    return {
      rule: tested(what, false, null, layer, name),
      problem: {
        code: `${what}_not_allowed`,
        layer,
        scope: null,
        message: `This key may not use the ${what} "${name}": ${layerWords[catalogueRule.layer]} "${catalogueRule.name}" does not allow it.`,
      },
    }
  }
  return { rule: tested(what, true, null, null, name), problem: null }
}

const layerWords: Record<CatalogueRule['layer'], string> = {
  organisation: 'the organisation',
  team: 'the team',
  profile: 'the access profile',
  project: 'the project',
  key: 'the key',
}

function tested(rule: string, passed: boolean, scope: Scope | null, source: string | null, used: string): TestedRule {
  return { rule, passed, scope, source, limit: null, used, held: null, unit: null, resetsAtMs: null }
}

/** Whether a call may refer, at `param`, to what the provider keeps for everyone with the same credential. */
export function authoriseReference(grant: Grant, param: string): Reference | null {
  if (grant.storedState !== 'refuse') return null
  const layer = `profile ${grant.profile.name}`
  return {
    rule: tested('stored_state', false, null, layer, param),
    message: `${param}: This key may not refer to what a provider keeps, such as earlier answers and files: the access profile "${grant.profile.name}" does not allow it. Send the content itself.`,
  }
}

type Reference = { readonly rule: TestedRule; readonly message: string }

/**
 * Whether a call may come from a page in a browser; `origin` is the page's. Asked last: what is wrong with the key itself,
 * or with what it wants to reach, is told first.
 */
export function authoriseOrigin(grant: Grant, origin: string): Reference | null {
  if (grant.browserOrigin !== 'refuse') return null
  const layer = `profile ${grant.profile.name}`
  return {
    rule: tested('browser_origin', false, null, layer, origin),
    message: `This personal key may not be used from a web page (${origin}), where everybody who opens it can read the key: the access profile "${grant.profile.name}" does not allow it. Call from a server of yours, with a key of an app, and rotate this one.`,
  }
}

/** Whether the key may use this model at all, for lists of models and for "did you mean". */
export function mayUseModel(grant: Grant, modelName: string): boolean {
  return grant.models.every((rule) => isAllowed(modelName, rule))
}
