/** Calls as plain HTTP, one or many at once, and the events that they leave. */
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CallEntry } from '#lib/demo/simulator/journal.ts'
import { usageEvent, usageStream, type UsageEvent } from '#lib/ledger/contract.ts'
import type { Mount, TestGateway, TestKey } from '#lib/testing/gateway.ts'

// Connections of callers are closed at once, so that those that are left are the gateway's.
const agent = new http.Agent({ keepAlive: false })

export type Answer = { readonly status: number; readonly headers: http.IncomingHttpHeaders; readonly text: string }

export function call(
  g: TestGateway,
  key: TestKey,
  model: string,
  wish: { stream?: boolean; mount?: Mount } = {},
): Promise<Answer> {
  const { stream = false, mount = 'front door' } = wish
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${key.text}` }
    const request = http.request(`${g.urlOf(mount)}/v1/chat/completions`, { method: 'POST', headers, agent })
    request.on('error', reject)
    request.on('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('error', reject)
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }))
    })
    request.end(JSON.stringify({ model, stream, messages: [{ role: 'user', content: 'hello' }] }))
  })
}

/** The events of a key, as soon as there are so many. */
export async function eventsOf(g: TestGateway, key: TestKey, count: number): Promise<UsageEvent[]> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(50)) {
    const events = (await g.redis.xrange(usageStream, '-', '+'))
      .map(([, [, text]]) => usageEvent.parse(JSON.parse(text!)))
      .filter((event) => event.keyId === key.id)
    if (events.length >= count) return events
  }
  throw new Error(`not ${count} events came`)
}

/** The newest event of a key, as soon as there is one. */
export async function lastEventOf(g: TestGateway, keyId: string): Promise<UsageEvent> {
  for (const deadline = Date.now() + 15_000; Date.now() < deadline; await sleep(20)) {
    const entries = await g.redis.xrange(usageStream, '-', '+')
    const events = entries.map(([, [, text]]) => usageEvent.parse(JSON.parse(text!)))
    const event = events.findLast((one) => one.keyId === keyId)
    if (event) return event
  }
  throw new Error('the event did not come')
}

/** The newest call in the simulator's journal. */
export async function lastSimulatedCall(g: TestGateway): Promise<CallEntry> {
  const calls = (await (await fetch(`${g.simulator.url}/_sim/calls?since=0`)).json()) as CallEntry[]
  return calls.at(-1)!
}

/** Calls from `callers` at once until `more` says no; returns all answers. */
export async function callsAtOnce(
  callers: number,
  more: (made: number) => boolean,
  one: () => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = []
  let made = 0
  async function caller(): Promise<void> {
    while (more(made)) {
      made += 1
      answers.push(await one())
    }
  }
  await Promise.all(Array.from({ length: callers }, caller))
  return answers
}
