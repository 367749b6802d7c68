/** What an update really changes, for the audit log: only fields that were given and differ. Pure. */
export type FieldChanges = {
  readonly isEmpty: boolean
  readonly before: Readonly<Record<string, unknown>>
  readonly after: Readonly<Record<string, unknown>>
}

export function changedFields(
  before: Readonly<Record<string, unknown>>,
  given: Readonly<Record<string, unknown>>,
): FieldChanges {
  const changed = Object.keys(given).filter(
    (field) => given[field] !== undefined && !isSame(before[field], given[field]),
  )
  return {
    isEmpty: changed.length === 0,
    before: Object.fromEntries(changed.map((field) => [field, before[field] ?? null])),
    after: Object.fromEntries(changed.map((field) => [field, given[field]])),
  }
}

function isSame(a: unknown, b: unknown): boolean {
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime()
  if (Array.isArray(a) && Array.isArray(b)) return JSON.stringify(a) === JSON.stringify(b)
  return (a ?? null) === (b ?? null)
}
