/** What is read by hand is what the schema reads: held together over an event with each of its values replaced in turn. */
import { expect, test } from 'vitest'
import { usageEvent, type WrittenEvent } from '#lib/ledger/contract.ts'
import { readPlainEvent } from '#lib/ledger/rules/plain-event.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

const standing = {
  scopes: [['key', 'key_one', 'dana-laptop']],
  limits: [['rpm', 0, 60, 3]],
  budgets: [['month', 0, 'hard', '25000000000', '1000000', '45000', 0]],
}
const written = anEvent({ tags: { app: 'web' } })
const whole: unknown = JSON.parse(
  JSON.stringify({ ...written, decision: { ...written.decision, rules: [], standing, browserOrigin: null } }),
)

const replacements = [
  // One of each sort that JSON has, and what is left out; then nearly right ones.
  undefined,
  null,
  '',
  '12',
  '-12',
  '1'.repeat(20),
  0,
  -1,
  1.5,
  2 ** 60,
  Infinity,
  true,
  [],
  ['text'],
  [null],
  {},
  { a: 'b' },
  { input: 1 },
  { input: -1, output: 0.5 },
  { input: 'x' },
]

/** The value with the one at `path` replaced, and one more member where an object is. */
function variants(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.keys(value).flatMap((key) => {
    const member = (value as Record<string, unknown>)[key]
    const withMember = (other: unknown): unknown =>
      Array.isArray(value) ? value.with(Number(key), other) : { ...value, [key]: other }
    return [...replacements, ...variants(member)].map(withMember)
  })
}

const all = [whole, ...replacements, ...variants(whole), { ...(whole as object), newer: 1 }]

/** As the schema reads it, with what is stored as JSON as it came. */
function bySchema(value: unknown): unknown {
  const { success, data } = usageEvent.safeParse(value)
  if (!success) return 'refused'
  const { attempts = [], decision, timing } = value as WrittenEvent
  return { ...data, attempts, decision, timing }
}

test(`whatever is taken, the schema takes with the same result: ${all.length} events`, () => {
  const taken = all.filter((event) => readPlainEvent(event) !== null)
  for (const event of taken) expect(readPlainEvent(event)).toEqual(bySchema(event))
  expect(taken.length).toBeGreaterThan(300)
})

test('the usual event is taken', () => {
  expect(readPlainEvent(whole)).not.toBeNull()
})
