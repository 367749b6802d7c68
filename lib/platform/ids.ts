/**
 * Prefixed, time-ordered ids: `key_…`, `call_…`. After the prefix come 10 characters of epoch milliseconds and 16 of
 * CSPRNG output in Crockford's base 32 (the ULID layout), so ids sort by creation and carry their own time.
 */
import { randomFillSync } from 'node:crypto'

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const values = new Map([...alphabet].map((char, value) => [char, value]))
const codes = Buffer.from(alphabet)
const text = Buffer.alloc(26)

// One system call fills many ids: the call path makes one id a call.
const pool = Buffer.allocUnsafe(16 * 256)
let used = pool.length

export type IdPrefix =
  | 'org'
  | 'bu'
  | 'team'
  | 'proj'
  | 'wl'
  | 'user'
  | 'ses'
  | 'map'
  | 'tok'
  | 'prof'
  | 'bud'
  | 'alert'
  | 'key'
  | 'sec'
  | 'kreq'
  | 'prov'
  | 'cred'
  | 'model'
  | 'depl'
  | 'price'
  | 'call'
  | 'req'
  | 'quar'

/** A new id with the given prefix; `nowMs` is the creation time that it will carry. */
export function newId(prefix: IdPrefix, nowMs: number = Date.now()): string {
  return `${prefix}_${write(nowMs)}`
}

/** Epoch milliseconds that an id carries, or null when the text is not one of ours. */
export function idTimeMs(id: string): number | null {
  const start = id.indexOf('_') + 1
  if (id.length !== start + 26) return null
  let time = 0
  for (let i = start; i < start + 10; i++) {
    const value = values.get(id[i]!)
    if (value === undefined) return null
    time = time * 32 + value
  }
  return time
}

/** Written as bytes and read as one string: twenty-six additions to a string would live as twenty-six strings. */
function write(nowMs: number): string {
  for (let i = 9, rest = nowMs; i >= 0; i--) {
    text[i] = codes[rest % 32]!
    rest = Math.floor(rest / 32)
  }
  if (used + 16 > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  for (let i = 0; i < 16; i++) text[10 + i] = codes[pool[used + i]! & 31]!
  used += 16
  return text.toString('latin1')
}

/** The decision on a call has the call's id under its own prefix: one record, two names. */
export function decisionIdOf(callId: string): string {
  return `dec_${callId.slice('call_'.length)}`
}

export function callIdOf(decisionId: string): string {
  return `call_${decisionId.slice('dec_'.length)}`
}
