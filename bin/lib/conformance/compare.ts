/** Compares what a client told of the gateway with what it told of the provider, field by field. Pure. */

export type AllowedDifference = {
  /** Where, in segments between dots: `*` is any one or a part of one, `**` any number of them. */
  readonly at: string
  /**
   * In every case; only where the client's wire is not the provider's; only where a client calls at Google's or at Azure's
   * addresses; or only where Azure is on one side alone.
   */
  readonly in: 'every case' | 'translated' | 'google' | 'azure' | 'azure and another'
  /** `another value`: of the same sort, neither of them missing. `null or nothing`: one says null, the other is silent. */
  readonly allows: 'another value' | 'anything' | 'null or nothing'
  readonly why: string
}

export type Difference = { readonly path: string; readonly expected: unknown; readonly got: unknown }

/** The first difference that is not allowed, or null. */
export function firstDifference(
  expected: unknown,
  got: unknown,
  allowed: readonly AllowedDifference[],
  path: string = '',
): Difference | null {
  if (allowed.some((one) => matches(one.at, path) && allows(one, expected, got))) return null
  if (!isTree(expected) || !isTree(got) || Array.isArray(expected) !== Array.isArray(got)) {
    return expected === got ? null : { path, expected, got }
  }
  for (const name of new Set([...Object.keys(expected), ...Object.keys(got)])) {
    const found = firstDifference(expected[name], got[name], allowed, path === '' ? name : `${path}.${name}`)
    if (found) return found
  }
  return null
}

function allows(rule: AllowedDifference, expected: unknown, got: unknown): boolean {
  if (rule.allows === 'null or nothing') return (expected ?? null) === null && (got ?? null) === null
  return rule.allows === 'anything' || sortOf(expected) === sortOf(got)
}

type Tree = Readonly<Record<string, unknown>>

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null
}

/** As above, but what `expected` does not name may be anything; lists have the same length. */
export function firstMissing(expected: unknown, got: unknown, path: string = ''): Difference | null {
  if (!isTree(expected) || !isTree(got)) return expected === got ? null : { path, expected, got }
  if (Array.isArray(expected) && expected.length !== got.length) {
    return { path: `${path}.length`, expected: expected.length, got: got.length }
  }
  for (const [name, value] of Object.entries(expected)) {
    const found = firstMissing(value, got[name], path === '' ? name : `${path}.${name}`)
    if (found) return found
  }
  return null
}

/** `undefined` is a sort of its own: a member that is missing. */
function sortOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'list' : typeof value
}

const patterns = new Map<string, RegExp>()

function matches(at: string, path: string): boolean {
  let pattern = patterns.get(at)
  if (!pattern) {
    const source = at
      .split('.')
      .map((segment) => (segment === '**' ? '(?:[^.]+\\.)*' : `${segment.split('*').map(quote).join('[^.]*')}\\.`))
      .join('')
    pattern = new RegExp(`^${source}$`)
    patterns.set(at, pattern)
  }
  // Every segment ends in a dot, the last one too.
  return pattern.test(`${path}.`)
}

function quote(text: string): string {
  return text.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&')
}

/** The value as JSON has it, so that classes, getters and missing members compare as what they say. */
export function plain(value: unknown): unknown {
  const text = JSON.stringify(value, (_name, one: unknown) => (typeof one === 'bigint' ? String(one) : one))
  return text === undefined ? null : (JSON.parse(text) as unknown)
}
