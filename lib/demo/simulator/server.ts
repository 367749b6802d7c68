/**
 * The provider simulator: a local server that speaks the providers' wire formats, for the demo, the tests and
 * the benchmark. docs/SIMULATOR.md says what it answers and how a caller steers it.
 *
 * It listens on loopback only, accepts any credential, answers the same request with the same text and usage,
 * and counts exactly (`/_sim/totals`). It must never be the bottleneck: a plain call costs one JSON.parse, one
 * string and one write.
 */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { answerCall } from '#lib/demo/simulator/answer-call.ts'
import { answerControl, CONTROL_PREFIX } from '#lib/demo/simulator/control.ts'
import { createJournal, type CallRecord, type Journal, type Totals } from '#lib/demo/simulator/journal.ts'
import { MAX_BODY_BYTES, readBody } from '#lib/demo/simulator/read-body.ts'
import { readForm } from '#lib/demo/simulator/read-form.ts'
import { isLoopback } from '#lib/demo/simulator/rules/loopback.ts'
import { sendJson } from '#lib/demo/simulator/send-json.ts'
import type { FormAnswer, Route, Wire } from '#lib/demo/simulator/wire.ts'
import { anthropic } from '#lib/demo/simulator/wires/anthropic.ts'
import { azure } from '#lib/demo/simulator/wires/azure.ts'
import { bedrock } from '#lib/demo/simulator/wires/bedrock.ts'
import { gemini } from '#lib/demo/simulator/wires/gemini.ts'
import { openai } from '#lib/demo/simulator/wires/openai.ts'
import { vertex } from '#lib/demo/simulator/wires/vertex.ts'

export type Simulator = {
  /** Absolute, without a trailing slash. */
  readonly url: string
  readonly port: number
  readonly totals: () => Totals
  /** Ends every connection; calls that were running are journalled as aborted. */
  readonly close: () => Promise<void>
}

export type SimulatorOptions = {
  /** 0, the default, takes a free one. */
  readonly port?: number
  /** Must be a loopback name. */
  readonly host?: string
}

const WIRES: readonly Wire[] = [openai, anthropic, gemini, azure, vertex, bedrock]

/** Longer than any client's pool keeps a connection, so that the simulator never closes one that is being used. */
const KEEP_ALIVE_MS = 10 * 60_000
const BACKLOG = 4096

export async function startSimulator({ port = 0, host = '127.0.0.1' }: SimulatorOptions = {}): Promise<Simulator> {
  if (!isLoopback(host)) {
    throw new Error(`The provider simulator accepts any credential, so it listens on loopback only, not on ${host}.`)
  }
  const journal = createJournal()
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) =>
    dispatch(request, response, journal),
  )
  server.listen({ port, host, backlog: BACKLOG })
  await once(server, 'listening')

  const bound = (server.address() as AddressInfo).port
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    totals: () => journal.totals(),
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      // The server reports its end before its responses report theirs, and only then is every call settled.
      while (journal.totals().running > 0) await setImmediate()
    },
  }
}

function dispatch(request: IncomingMessage, response: ServerResponse, journal: Journal): void {
  const url = request.url ?? '/'
  const mark = url.indexOf('?')
  const path = mark === -1 ? url : url.slice(0, mark)
  if (path.startsWith(CONTROL_PREFIX)) return answerControl(request, response, journal)

  const wire = WIRES.find(({ basePath }) => path.startsWith(basePath) && path[basePath.length] === '/')
  if (!wire) {
    return sendJson(response, 404, JSON.stringify({ error: { message: `Nothing is simulated at ${path}.` } }))
  }
  const query = mark === -1 ? '' : url.slice(mark + 1)
  const route = wire.route(request.method ?? 'GET', path.slice(wire.basePath.length), query)
  if (route.kind === 'page') {
    const id = journal.nextId()
    return sendJson(response, route.status, route.body(id), headersOf(wire, route.status, id))
  }
  if (route.kind === 'form') return answerForm(request, response, route.answer)
  acceptCall({ wire, route, path, request, response, journal })
}

function answerForm(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (form: URLSearchParams) => FormAnswer,
): void {
  const send = ({ status, body }: FormAnswer) => sendJson(response, status, body)
  readBody(request, {
    whole: (body) => send(answer(new URLSearchParams(body.toString()))),
    tooLarge: () => send({ status: 413, body: '{}' }),
  })
}

type IncomingCall = {
  readonly wire: Wire
  readonly route: Extract<Route, { kind: 'call' }>
  readonly path: string
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly journal: Journal
}

/** A call is one from the moment its body is complete; before that there is nothing to bill or to list. */
function acceptCall({ wire, route, path, request, response, journal }: IncomingCall): void {
  const begin = () => journal.begin({ provider: wire.provider, path, rawHeaders: request.rawHeaders })

  function refuse(record: CallRecord, status: number, body: string): void {
    journal.settle(record, 'error')
    sendJson(response, status, body, headersOf(wire, status, record.id))
  }

  function answer(record: CallRecord, parsed: { readonly value: unknown } | null): void {
    if (!parsed) {
      const message = `The body of your request is not ${route.isForm ? 'a form' : 'valid JSON'}.`
      return refuse(record, 400, wire.errorBody(400, message, record.id))
    }
    const outcome = route.read(parsed.value, record.id)
    if (outcome.kind === 'invalid') {
      record.model = outcome.model
      return refuse(record, 400, outcome.body)
    }
    answerCall({ wire, answer: outcome.answer, record, journal, response })
  }

  readBody(request, {
    whole(body) {
      const record = begin()
      if (!route.isForm) return answer(record, parseJson(body))
      const type = request.headers['content-type'] ?? ''
      void readForm(body, type).then((form) => answer(record, form && { value: form }))
    },
    tooLarge() {
      const message = `The body of your request is larger than ${MAX_BODY_BYTES} bytes.`
      const record = begin()
      refuse(record, 413, wire.errorBody(413, message, record.id))
    },
  })
}

function headersOf(wire: Wire, status: number, id: string): readonly string[] {
  return [...wire.idHeader(id), ...((status >= 400 && wire.errorHeaders?.(status)) || [])]
}

function parseJson(body: Buffer): { readonly value: unknown } | null {
  try {
    return { value: JSON.parse(body.toString()) }
  } catch {
    return null
  }
}
