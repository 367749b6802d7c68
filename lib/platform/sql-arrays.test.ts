/** Real PostgreSQL reads what was written. */
import { expect, test } from 'vitest'
import { openDatabase } from '#lib/platform/db.ts'
import { sqlArray, type SqlType } from '#lib/platform/sql-arrays.ts'
import { freshDatabase } from '#lib/testing/services.ts'

const text = ['', 'plain', 'quotes " and \\, {braces}', 'Zürich 東京 🦊', 'x'.repeat(3_000_000), null, undefined]
const columns: readonly (readonly [SqlType, readonly unknown[], readonly unknown[]])[] = [
  ['text', text, text.map((one) => one ?? null)],
  ['int', [0, -1, 2 ** 31 - 1, -(2 ** 31), null], [0, -1, 2 ** 31 - 1, -(2 ** 31), null]],
  [
    'bigint',
    [0, -1, -(2 ** 40), 2 ** 32, '12', '9223372036854775807', '-9223372036854775808'],
    [0n, -1n, -(2n ** 40n), 2n ** 32n, 12n, 2n ** 63n - 1n, -(2n ** 63n)],
  ],
  ['boolean', [true, false, null], [true, false, null]],
  [
    'timestamptz',
    ['2026-11-21T12:00:00.123Z', '1999-12-31T23:59:59.999Z', null],
    [new Date('2026-11-21T12:00:00.123Z'), new Date('1999-12-31T23:59:59.999Z'), null],
  ],
  ['json', [{ b: ['ü', 1.5] }, [], null], [{ b: ['ü', 1.5] }, [], null]],
  ['jsonb', [{ b: ['ü', 1.5] }, {}, null], [{ b: ['ü', 1.5] }, {}, null]],
]

test('every type arrives as it was sent', async () => {
  const server = await freshDatabase()
  const { sql, close } = openDatabase(server.url, 1)
  for (const [type, sent, expected] of columns) {
    const { rows } = await sql.query<{ value: unknown }>(`SELECT unnest($1::${type}[]) AS value`, [
      sqlArray(type, sent),
    ])
    expect(rows.map(({ value }) => value)).toEqual(expected)
  }
  expect(() => sqlArray('int', [2 ** 31])).toThrow(RangeError)
  expect(() => sqlArray('bigint', ['9223372036854775808'])).toThrow(RangeError)
  await close()
  await server.drop()
})
