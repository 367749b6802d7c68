/**
 * A key on its way to being asked for: what the form holds, how that becomes a request, and what goes beyond the profile.
 * Pure. What equals the profile's default is left out of the request, so that the key follows the profile.
 */
import type { NewKeyOptions, ProfileChoice } from '#components/keys/new-key/options.ts'
import { toNanos } from '#components/ui/format.ts'
import type { CreateKeyInput, KeyKind } from '#lib/keys/contract.ts'
import { limitKinds, type LimitKind } from '#lib/limits/contract.ts'

export type KeyDraft = {
  readonly name: string
  readonly kind: KeyKind
  readonly environment: string
  readonly profileId: string
  /** `team:…` or `project:…`. */
  readonly place: string
  /** Empty: every model of the profile. */
  readonly models: readonly string[]
  /** Digits; empty for none. */
  readonly limits: Partial<Record<LimitKind, string>>
  /** Dollars as a decimal string; empty for no budget. */
  readonly amountUsd: string
  /** Days from now; empty for no end. */
  readonly days: string
  readonly purpose: string
  readonly tags: string
}

export const dayMs = 86_400_000

export function emptyDraft(options: NewKeyOptions): KeyDraft {
  const profile = options.profiles[0]
  return withProfile(
    {
      name: '',
      kind: profile?.kinds[0] ?? profile?.askableKinds[0] ?? 'personal',
      environment: 'development',
      profileId: '',
      place: options.teamId ? `team:${options.teamId}` : '',
      models: [],
      limits: {},
      amountUsd: '',
      days: '',
      purpose: '',
      tags: '',
    },
    profile,
  )
}

/** Another profile brings its own defaults and its own models. */
export function withProfile(draft: KeyDraft, profile: ProfileChoice | undefined): KeyDraft {
  if (!profile) return draft
  return {
    ...draft,
    profileId: profile.id,
    kind: kindsOf(profile).includes(draft.kind) ? draft.kind : (kindsOf(profile)[0] ?? draft.kind),
    models: modelsWithin(draft, profile),
    limits: Object.fromEntries(shownLimits(profile).map((kind) => [kind, digits(profile.limits[kind]?.default)])),
    amountUsd: profile.budget.default?.amountUsd ?? '',
    days: digits(profile.lifetimeDays.default),
  }
}

/** Those without asking first. */
export function kindsOf({ kinds, askableKinds }: ProfileChoice): readonly KeyKind[] {
  return [...kinds, ...askableKinds]
}

/** The models that a key in this place could call; a project that says nothing itself is its team's. */
export function modelsOf({ place }: Pick<KeyDraft, 'place'>, { models, modelsIn }: ProfileChoice) {
  const names = modelsIn[place]
  return names ? models.filter(({ name }) => names.includes(name)) : models
}

/** Of the models that were chosen, those that there are in this place, and those that can be asked for. */
export function modelsWithin(draft: KeyDraft, profile: ProfileChoice): readonly string[] {
  const names = new Set([...modelsOf(draft, profile).map(({ name }) => name), ...profile.askableModels])
  return draft.models.filter((name) => names.has(name))
}

/** The limits that the profile knows; the three that everyone thinks of first. */
export function shownLimits(profile: ProfileChoice): readonly LimitKind[] {
  const order: readonly LimitKind[] = ['rpm', 'tpm', 'itpm', 'otpm', 'concurrency', 'rph', 'rpd', 'tpd', 'itpd', 'otpd']
  return order.filter((kind) => profile.limits[kind] !== undefined)
}

/** Where the key may belong: projects and teams of the person; a personal key only in a team one belongs to. */
export function placesFor(options: NewKeyOptions, kind: KeyKind) {
  const teams = options.teams.filter((team) => kind !== 'personal' || team.isMember)
  return teams.flatMap((team) => [
    { value: `team:${team.id}`, label: team.name, beside: 'no project' },
    ...options.projects
      .filter((project) => project.teamId === team.id)
      .map((project) => ({ value: `project:${project.id}`, label: project.name, beside: team.name })),
  ])
}

export function requestOf(draft: KeyDraft, profile: ProfileChoice, options: NewKeyOptions): CreateKeyInput {
  const [placeType, placeId] = draft.place.split(':')
  const project = placeType === 'project' ? options.projects.find(({ id }) => id === placeId) : undefined
  const limits = changedLimits(draft, profile)
  const tags = tagsOf(draft.tags)
  return {
    name: draft.name.trim(),
    kind: draft.kind,
    environment: draft.environment,
    ...(project ? { teamId: project.teamId, projectId: project.id } : placeId ? { teamId: placeId } : {}),
    ...(options.profiles.length > 1 ? { profileId: profile.id } : {}),
    ...(draft.models.length > 0 ? { models: [...draft.models] } : {}),
    ...(Object.keys(limits).length > 0 ? { limits } : {}),
    ...budgetOf(draft, profile),
    ...expiryOf(draft, profile, options.nowMs),
    ...(draft.purpose.trim() ? { purpose: draft.purpose.trim() } : {}),
    ...(Object.keys(tags).length > 0 ? { tags } : {}),
  }
}

function changedLimits(draft: KeyDraft, profile: ProfileChoice): Partial<Record<LimitKind, number | null>> {
  const changed: Partial<Record<LimitKind, number | null>> = {}
  for (const kind of limitKinds) {
    const text = draft.limits[kind]
    if (text === undefined || text === digits(profile.limits[kind]?.default)) continue
    changed[kind] = text === '' ? null : Number(text)
  }
  return changed
}

function budgetOf({ amountUsd }: KeyDraft, { budget }: ProfileChoice): Pick<CreateKeyInput, 'budget'> {
  const preset = budget.default
  if (amountUsd === '') return preset ? { budget: null } : {}
  if (preset && toNanos(preset.amountUsd) === toNanos(amountUsd)) return {}
  return { budget: { amountUsd, period: preset?.period ?? 'month', posture: preset?.posture ?? 'hard' } }
}

function expiryOf(
  { days }: KeyDraft,
  { lifetimeDays }: ProfileChoice,
  nowMs: number,
): Pick<CreateKeyInput, 'expiresAt'> {
  if (days === digits(lifetimeDays.default)) return {}
  return { expiresAt: days === '' ? null : new Date(endOf(days, nowMs)).toISOString() }
}

/** The end of a key that lives so many days. */
export function endOf(days: string, nowMs: number): number {
  return nowMs + Math.min(Number(days), 36_500) * dayMs
}

/** `app=ranker, cost=shared`: names before the first `=`. */
export function tagsOf(text: string): Record<string, string> {
  const pairs = text.split(/[,\n]/).flatMap((part) => {
    const [name = '', ...value] = part.split('=')
    return name.trim() ? [[name.trim(), value.join('=').trim()] as const] : []
  })
  return Object.fromEntries(pairs)
}

/** A value that the profile does not allow, by the name its field has in the API. */
export type Beyond = {
  readonly field: string
  /** The most that is allowed; of names, those that are not. */
  readonly maximum: string
  readonly kind: 'limit' | 'money' | 'days' | 'names'
}

/** What goes beyond the profile, in the order of the form. */
export function beyondOf(draft: KeyDraft, profile: ProfileChoice): readonly Beyond[] {
  const beyond: Beyond[] = []
  if (isAskedKind(draft, profile)) beyond.push({ field: 'kind', maximum: draft.kind, kind: 'names' })
  const asked = draft.models.filter((name) => profile.askableModels.includes(name))
  if (asked.length > 0) beyond.push({ field: 'models', maximum: asked.join(', '), kind: 'names' })
  for (const kind of shownLimits(profile)) {
    const maximum = profile.limits[kind]?.maximum ?? null
    if (isOver(draft.limits[kind] ?? '', maximum))
      beyond.push({ field: `limits.${kind}`, maximum: String(maximum), kind: 'limit' })
  }
  const cap = profile.budget.maximumUsd
  if (cap !== null && (draft.amountUsd === '' || toNanos(draft.amountUsd) > toNanos(cap))) {
    beyond.push({ field: 'budget.amountUsd', maximum: cap, kind: 'money' })
  }
  if (isOver(draft.days, profile.lifetimeDays.maximum)) {
    beyond.push({ field: 'expiresAt', maximum: String(profile.lifetimeDays.maximum), kind: 'days' })
  }
  return beyond
}

/** A kind that is asked for with a request of its own; its key waits until somebody says yes. */
export function isAskedKind({ kind }: Pick<KeyDraft, 'kind'>, { askableKinds }: ProfileChoice): boolean {
  return askableKinds.includes(kind)
}

/** Whether somebody could say yes: there is an approver, and each value is a number, for nobody gives "no limit". */
export function isAskable(draft: KeyDraft, profile: ProfileChoice): boolean {
  if (profile.approver === 'nobody') return false
  return beyondOf(draft, profile).every(({ field, kind }) => {
    if (kind === 'money') return draft.amountUsd !== ''
    if (kind === 'days') return draft.days !== ''
    if (kind === 'names') return true
    return draft.limits[field.slice('limits.'.length) as LimitKind] !== ''
  })
}

/** No limit at all is more than any. */
function isOver(text: string, maximum: number | null): boolean {
  return maximum !== null && (text === '' || Number(text) > maximum)
}

/** What is missing or malformed, by field; empty where the form may be sent. */
export function mistakesOf(draft: KeyDraft): ReadonlyMap<string, string> {
  const mistakes = new Map<string, string>()
  if (draft.name.trim() === '') mistakes.set('name', 'Give the key a name, such as the program that will use it.')
  if (draft.name.trim().length > 80) mistakes.set('name', 'Use at most 80 characters.')
  if (draft.place === '') mistakes.set('teamId', 'Choose a team.')
  for (const kind of limitKinds) {
    const text = draft.limits[kind]
    if (text !== undefined && text !== '' && Number(text) < 1)
      mistakes.set(`limits.${kind}`, 'Enter at least 1, or leave it empty for no limit.')
  }
  if (draft.amountUsd !== '' && toNanos(draft.amountUsd) <= 0n)
    mistakes.set('budget.amountUsd', 'Enter an amount above $0.')
  if (draft.days !== '' && Number(draft.days) < 1) mistakes.set('expiresAt', 'Enter at least 1 day.')
  return mistakes
}

function digits(value: number | null | undefined): string {
  return value == null ? '' : String(value)
}
