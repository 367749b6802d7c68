/**
 * Limits on their way: what the form holds, what is wrong with it, and what is sent, which is what differs from what is
 * set. Pure.
 */
import {
  limitKinds,
  limitValue,
  problemOfPattern,
  type LimitKind,
  type ScopeLimitsInput,
} from '#lib/limits/contract.ts'

/** Digits as typed. */
export type LimitLine = { readonly kind: LimitKind; readonly text: string }
export type ModelLines = { readonly pattern: string; readonly lines: readonly LimitLine[] }
export type LimitsDraft = { readonly lines: readonly LimitLine[]; readonly models: readonly ModelLines[] }

type Kinds = Partial<Record<LimitKind, number | null>>
/** What is set now. */
export type SetLimits = { readonly limits: Kinds; readonly models: Readonly<Record<string, Kinds>> }

export function draftOf({ limits, models }: SetLimits): LimitsDraft {
  return {
    lines: linesOf(limits),
    models: Object.entries(models).map(([pattern, own]) => ({ pattern, lines: linesOf(own) })),
  }
}

function linesOf(limits: Kinds): LimitLine[] {
  return limitKinds.flatMap((kind) => {
    const limit = limits[kind]
    return limit == null ? [] : [{ kind, text: String(limit) }]
  })
}

/** What is gone is sent as null; what is the same is left out. */
export function changesOf(draft: LimitsDraft, set: SetLimits): ScopeLimitsInput {
  const models: NonNullable<ScopeLimitsInput['models']> = {}
  const patterns = draft.models.map(({ pattern }) => pattern.trim())
  for (const pattern of Object.keys(set.models)) if (!patterns.includes(pattern)) models[pattern] = null
  for (const [i, { lines }] of draft.models.entries()) {
    const changes = kindChanges(lines, set.models[patterns[i]!] ?? {})
    if (Object.keys(changes).length > 0) models[patterns[i]!] = changes
  }
  return { ...kindChanges(draft.lines, set.limits), ...(Object.keys(models).length > 0 ? { models } : {}) }
}

function kindChanges(lines: readonly LimitLine[], set: Kinds): Kinds {
  const changes: Kinds = {}
  for (const kind of limitKinds) {
    const line = lines.find((one) => one.kind === kind)
    const limit = line ? Number(line.text) : null
    if (limit !== (set[kind] ?? null)) changes[kind] = limit
  }
  return changes
}

/** What is wrong, by the field's name in the API: `rpm`, `models.claude-*`, `models.claude-*.rpm`. */
export function mistakesOf({ lines, models }: LimitsDraft): ReadonlyMap<string, string> {
  const mistakes = new Map<string, string>()
  const judge = (all: readonly LimitLine[], prefix: string) => {
    for (const { kind, text } of all) {
      const problem = limitValue.safeParse(text === '' ? null : Number(text)).error?.issues[0]?.message
      if (problem !== undefined) mistakes.set(prefix + kind, problem)
    }
  }
  judge(lines, '')
  const seen = new Set<string>()
  for (const { pattern, lines: own } of models) {
    const name = pattern.trim()
    const problem = seen.has(name) ? 'This pattern stands above already.' : problemOfPattern(name)
    if (problem !== null) mistakes.set(fieldOfModels(name), problem)
    else if (own.length === 0) mistakes.set(fieldOfModels(name), 'Set a limit, or take the pattern away.')
    seen.add(name)
    judge(own, `${fieldOfModels(name)}.`)
  }
  return mistakes
}

export function fieldOfModels(pattern: string): string {
  return `models.${pattern.trim()}`
}

/** The kinds that have no line yet. */
export function freeKinds(lines: readonly LimitLine[]): LimitKind[] {
  return limitKinds.filter((kind) => lines.every((line) => line.kind !== kind))
}
