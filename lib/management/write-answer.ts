/** From what a handler returns to a Response. */
import { stringify } from 'csv-stringify'
import { pipeline, Readable } from 'node:stream'
import { Reply, type CsvTable, type Endpoint } from '#lib/management/endpoint.ts'

/** An answer as it is sent, and as it is kept for a replay. */
export type Answer = {
  readonly status: number
  readonly body: string | null
  readonly headers: Readonly<Record<string, string>>
}

/**
 * Shapes the result by the endpoint's schema. Whatever the schema does not name is dropped here: a handler that returns
 * a whole row cannot leak a digest.
 */
export function answerOf(endpoint: Endpoint, result: unknown): Answer {
  const { status, body, headers } =
    result instanceof Reply ? result : { status: endpoint.status ?? 200, body: result, headers: {} }
  if (status === 204) return { status, body: null, headers }
  const schema = status === (endpoint.status ?? 200) ? endpoint.response : endpoint.answers?.[status]?.schema
  if (!schema) throw new Error(`${endpoint.method} ${endpoint.path} answered ${status}, which it does not declare`)
  return { status, body: JSON.stringify(schema.parse(body)), headers }
}

export function responseOf(answer: Answer, requestId: string): Response {
  return new Response(answer.body, {
    status: answer.status,
    headers: {
      ...(answer.body === null ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      ...commonHeaders(requestId),
      ...answer.headers,
    },
  })
}

/** Streams the table; a failure midway breaks the connection rather than ending a file that looks whole. */
export function csvResponse(table: CsvTable, requestId: string): Response {
  const csv = stringify({
    header: true,
    columns: [...table.columns],
    escape_formulas: true,
    record_delimiter: 'windows',
    cast: {
      bigint: (value) => value.toString(),
      // A negative amount is a number to a spreadsheet, not a formula.
      string: (value) => (/^-\d+(\.\d+)?$/.test(value) ? { value, escape_formulas: false } : value),
    },
  })
  // The callback is where the failure of either side ends up; both are destroyed by then, the answer with them.
  pipeline(Readable.from(table.rows), csv, () => {})
  return new Response(Readable.toWeb(csv) as ReadableStream<Uint8Array>, {
    headers: {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${table.fileName.replace(/[^\w.-]/g, '_')}.csv"`,
      ...commonHeaders(requestId),
    },
  })
}

/** Whether the caller would rather have CSV than JSON. */
export function prefersCsv(accept: string | null): boolean {
  const weights = new Map(
    (accept ?? '')
      .toLowerCase()
      .split(',')
      .map((part) => {
        const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim())
        const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? '1'
        return [type, Number(weight)] as const
      }),
  )
  return (weights.get('text/csv') ?? 0) > (weights.get('application/json') ?? 0)
}

/** Answers are about one caller at one moment: nobody on the way may keep them. */
function commonHeaders(requestId: string): Record<string, string> {
  return { 'cache-control': 'no-store', 'x-request-id': requestId, 'x-content-type-options': 'nosniff' }
}
