/**
 * What a request refers to by the id under which a provider keeps it: answers, conversations, files. The provider gives it
 * to whoever calls with the same credential, so whether a caller may refer to it is a question of policy
 * (docs/decisions/0015-stored-state.md). Each wire names its own places; these are what they have in common.
 */
type Named = Readonly<Record<string, unknown>>

/** The path of the first reference within; undefined where there is none. */
export type FindReference = (item: Named) => string | undefined

/** In a member that is a list, such as `messages.2.content.0.file_id`. Paths are only written where something is found. */
export function inList(holder: Named, name: string, find: FindReference): string | undefined {
  const list = holder[name]
  if (!Array.isArray(list)) return undefined
  for (let i = 0; i < list.length; i++) {
    const found = isNamed(list[i]) ? find(list[i]) : undefined
    if (found !== undefined) return `${name}.${i}.${found}`
  }
  return undefined
}

/** In a member that is an object. */
export function inMember(holder: Named, name: string, find: FindReference): string | undefined {
  const member = holder[name]
  const found = isNamed(member) ? find(member) : undefined
  return found === undefined ? undefined : `${name}.${found}`
}

/** The first of these members that says anything. */
export function firstGiven(holder: Named, names: readonly string[]): string | undefined {
  return names.find((name) => {
    const value = holder[name]
    return Array.isArray(value) ? value.length > 0 : value != null
  })
}

/** As a request is told to the call path. */
export function storedReference(path: string | undefined): { readonly storedReference?: string } {
  return path === undefined ? none : { storedReference: path }
}

const none = {}

function isNamed(value: unknown): value is Named {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
