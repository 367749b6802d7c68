/**
 * The simulator's own addresses: `GET /_sim/calls?since=`, `DELETE /_sim/calls`, `GET /_sim/totals`.
 *
 * The journal shows the credentials that callers sent, so a web page that has rebound its name to this address
 * gets nothing: the Host header must name the loopback interface.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { isLoopback } from '#lib/demo/simulator/rules/loopback.ts'
import { type CallRecord, describeCall, type Journal } from '#lib/demo/simulator/journal.ts'
import { sendJson } from '#lib/demo/simulator/send-json.ts'

export const CONTROL_PREFIX = '/_sim/'

export function answerControl(request: IncomingMessage, response: ServerResponse, journal: Journal): void {
  if (!isLoopback(request.headers.host?.replace(/:\d+$/, '') ?? '')) {
    return refuse(response, 403, 'The journal answers only to loopback names such as 127.0.0.1 and localhost.')
  }
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://simulator')
  switch (`${request.method} ${pathname}`) {
    case 'GET /_sim/totals':
      return sendJson(response, 200, JSON.stringify(journal.totals()))
    case 'GET /_sim/calls':
      return listCalls(response, journal, searchParams.get('since'))
    case 'DELETE /_sim/calls':
      journal.clear()
      response.writeHead(204).end()
      return
    default:
      return refuse(response, 404, 'Known here: GET /_sim/calls?since=, DELETE /_sim/calls, GET /_sim/totals.')
  }
}

function listCalls(response: ServerResponse, journal: Journal, since: string | null): void {
  const sinceMs = since === null || since === '' ? 0 : Number(since)
  if (!Number.isFinite(sinceMs)) return refuse(response, 400, 'since must be a time in epoch milliseconds.')
  response.writeHead(200, { 'content-type': 'application/json' })
  writeRows(response, journal.recordsSince(sinceMs))
}

const ROWS_A_WRITE = 200

/** A full journal is some 60 MB of JSON: it is written bit by bit, so that running streams keep their pace. */
function writeRows(response: ServerResponse, records: readonly CallRecord[]): void {
  let next = 0
  let separator = '['

  function writeSome(): void {
    if (response.destroyed) return
    if (next >= records.length) {
      response.end(separator === '[' ? '[]' : ']')
      return
    }
    const rows = records.slice(next, next + ROWS_A_WRITE).map((record) => JSON.stringify(describeCall(record)))
    next += rows.length
    const text = separator + rows.join(',')
    separator = ','
    if (response.write(text)) setImmediate(writeSome)
    else response.once('drain', writeSome)
  }

  writeSome()
}

function refuse(response: ServerResponse, status: number, message: string): void {
  sendJson(response, status, JSON.stringify({ error: { message } }))
}
