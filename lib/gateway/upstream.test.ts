/** One exchange with a provider, at its edges: no connection to be had, a caller that leaves early, an unwanted answer. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Pool } from 'undici'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  createPools,
  defaultTimeouts,
  exchange,
  type Exchange,
  type Flow,
  type UpstreamCall,
  type UpstreamReceiver,
} from '#lib/gateway/upstream.ts'

let server: http.Server
let pool: Pool
let requests: string[]
beforeEach(async () => {
  requests = []
  server = http.createServer((request, response) => {
    requests.push(request.url!)
    if (request.url === '/silent') return
    response.writeHead(500)
    if (request.url === '/short') response.end('no')
    else if (request.url === '/long') response.end(Buffer.alloc(1024 * 1024))
    else response.write('never ends')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  pool = new Pool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, { connections: 1, pipelining: 1 })
})
afterEach(async () => {
  await pool.destroy()
  server.closeAllConnections()
  server.close()
})

function ask(
  path: string,
  receiver: Partial<UpstreamReceiver> = {},
  more: Partial<UpstreamCall> = {},
): Promise<Exchange> {
  const times = { connectMs: 200, firstByteMs: 10_000, idleMs: 10_000, wholeMs: 60_000 }
  const call = { path, headers: {}, body: Buffer.from('{}'), ...times, ...more }
  return exchange(pool, call, { started: () => {}, head: () => true, data: () => {}, ...receiver })
}

const connections = (): Promise<number> =>
  new Promise((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count))))

async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 5_000; !(await what()); await sleep(10)) {
    if (Date.now() > deadline) throw new Error('it did not come')
  }
}

describe('pools', () => {
  test('are one an origin, and another where connections may take another time', async () => {
    const pools = createPools(defaultTimeouts)
    const origin = 'http://127.0.0.1:1'
    expect(pools.get(origin, defaultTimeouts.connectMs)).toBe(pools.get(origin))
    expect(pools.get(origin, 200)).not.toBe(pools.get(origin))
    expect(pools.get(origin, 200)).toBe(pools.get(origin, 200))
    await pools.close()
  })
})

describe('an exchange', () => {
  test('that gets no connection in time is over, and is not sent later', async () => {
    let holding: Flow | undefined
    const first = ask('/silent', { started: (flow) => (holding = flow) })
    await until(() => requests.length === 1)
    expect(await ask('/short')).toEqual({
      kind: 'failed',
      timeout: true,
      aborted: false,
      cause: 'no connection in time',
    })
    holding!.abort()
    expect(await first).toMatchObject({ kind: 'failed', aborted: true })
    expect(await ask('/short')).toEqual({ kind: 'ended' })
    expect(requests).toEqual(['/silent', '/short'])
  })

  test('whose caller leaves while it waits for a connection is over at once, and is not sent later', async () => {
    let holding: Flow | undefined
    void ask('/silent', { started: (flow) => (holding = flow) })
    await until(() => requests.length === 1)
    let waiting: Flow | undefined
    const second = ask('/long', { started: (flow) => (waiting = flow) }, { connectMs: 60_000 })
    waiting!.abort()
    expect(await second).toMatchObject({ kind: 'failed', timeout: false, aborted: true })
    holding!.abort()
    expect(await ask('/short')).toEqual({ kind: 'ended' })
    expect(requests).toEqual(['/silent', '/short'])
  })

  test('whose caller has left before it begins sends nothing', async () => {
    expect(await ask('/short', { started: (flow) => flow.abort() })).toMatchObject({ kind: 'failed', aborted: true })
    expect(requests).toEqual([])
  })

  test.each([
    ['before its first byte', '/silent', []],
    ['in the middle', '/endless', ['never ends']],
  ])('that is not whole in time is over %s, and frees its connection', async (_when, path, pieces) => {
    const data: string[] = []
    const startedMs = Date.now()
    const ended = await ask(path, { data: (chunk) => void data.push(String(chunk)) }, { wholeMs: 300 })
    expect(ended).toEqual({ kind: 'failed', timeout: true, aborted: false, cause: 'not whole in time' })
    expect(Date.now() - startedMs).toBeLessThan(900)
    expect(data).toEqual(pieces)
    expect(await ask('/short')).toEqual({ kind: 'ended' })
  })

  test('whose answer falls silent for longer than it may is over', async () => {
    expect(await ask('/endless', {}, { idleMs: 300 })).toMatchObject({
      kind: 'failed',
      timeout: true,
      cause: 'UND_ERR_BODY_TIMEOUT',
    })
  })

  async function turnDown(path: string): Promise<void> {
    const data: Buffer[] = []
    const startedMs = Date.now()
    const unwanted = { head: () => false, data: (chunk: Buffer) => void data.push(chunk) }
    expect(await ask(path, unwanted)).toEqual({ kind: 'ended' })
    expect(Date.now() - startedMs).toBeLessThan(900)
    expect(data).toEqual([])
  }

  test('whose answer is not wanted is over with its head; a short rest is read to keep the connection', async () => {
    await turnDown('/short')
    await sleep(1_200)
    expect(await connections()).toBe(1)
    expect(await ask('/short')).toEqual({ kind: 'ended' })
  })

  test.each(['/long', '/endless'])('whose answer is not wanted does not wait for its rest: %s', async (path) => {
    await turnDown(path)
    await until(async () => (await connections()) === 0)
    expect(await ask('/short')).toEqual({ kind: 'ended' })
  })
})
