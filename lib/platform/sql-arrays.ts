/**
 * Columns of many rows on their way to PostgreSQL: one array a column, in the binary format (array_recv), which it takes
 * as it comes. Rows as JSON cost it four times as much, for it reads them letter by letter and each value once more.
 */

/** The types that a column may have, and their numbers in pg_type. */
const oids = { text: 25, int: 23, bigint: 20, boolean: 16, timestamptz: 1184, json: 114, jsonb: 3802 } as const
export type SqlType = keyof typeof oids

/** Epoch ms at which PostgreSQL's own time begins: 2000-01-01. */
const sqlEpochMs = 946_684_800_000
const lengthBytes = 4
/** Of a number, a truth or a moment, its length included. */
const mostFixedBytes = 12
const mostBytesPerUnit = 3

/** One buffer in which all arrays are written before they are cut out: growing it is rare, and reusing it is free. */
let scratch = Buffer.allocUnsafe(1 << 20)

/**
 * `values` as one array: text as a string, int as a number, bigint as decimal text or a number, timestamptz as ISO 8601, json and jsonb
 * as the value; null and undefined as NULL. Throws RangeError where a number is beyond its type.
 */
export function sqlArray(type: SqlType, values: readonly unknown[]): Buffer {
  let end = writeHeader(type, values.length)
  for (const value of values) {
    if (value === null || value === undefined) {
      reserve(end, lengthBytes)
      end = scratch.writeInt32BE(-1, end)
    } else if (type === 'text') end = writeText(value as string, end, 0)
    else if (type === 'json') end = writeText(JSON.stringify(value), end, 0)
    else if (type === 'jsonb') end = writeText(JSON.stringify(value), end, 1)
    else end = writeFixed(type, value as string | number | boolean, end)
  }
  return Buffer.from(scratch.subarray(0, end))
}

// One dimension, which may hold NULLs, counted from 1.
function writeHeader(type: SqlType, count: number): number {
  scratch.writeInt32BE(1, 0)
  scratch.writeInt32BE(1, 4)
  scratch.writeInt32BE(oids[type], 8)
  scratch.writeInt32BE(count, 12)
  return scratch.writeInt32BE(1, 16)
}

/** `version`: jsonb's first byte says which format of its own it is sent in; 0 for none. */
function writeText(text: string, start: number, version: 0 | 1): number {
  reserve(start, lengthBytes + 1 + text.length * mostBytesPerUnit)
  const bytes = scratch.write(text, start + lengthBytes + version, 'utf8')
  if (version > 0) scratch[start + lengthBytes] = version
  scratch.writeInt32BE(version + bytes, start)
  return start + lengthBytes + version + bytes
}

function writeFixed(type: SqlType, value: string | number | boolean, start: number): number {
  reserve(start, mostFixedBytes)
  switch (type) {
    case 'boolean':
      return scratch.writeInt8(value === true ? 1 : 0, scratch.writeInt32BE(1, start))
    case 'int':
      return scratch.writeInt32BE(value as number, scratch.writeInt32BE(4, start))
    case 'timestamptz':
      return writeInt64((Date.parse(value as string) - sqlEpochMs) * 1_000, start)
    default: {
      const number = Number(value)
      return Number.isSafeInteger(number) ? writeInt64(number, start) : writeBigInt(BigInt(value), start)
    }
  }
}

// A bigint for each number would be garbage by the ten thousand.
function writeInt64(value: number, start: number): number {
  scratch.writeInt32BE(8, start)
  scratch.writeInt32BE(Math.floor(value / 2 ** 32), start + 4)
  return scratch.writeUInt32BE(value >>> 0, start + 8)
}

function writeBigInt(value: bigint, start: number): number {
  return scratch.writeBigInt64BE(value, scratch.writeInt32BE(8, start))
}

function reserve(end: number, bytes: number): void {
  if (end + bytes <= scratch.length) return
  const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, end + bytes))
  scratch.copy(larger, 0, 0, end)
  scratch = larger
}
