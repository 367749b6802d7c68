import { once } from 'node:events'
import net from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { startFaultProxy, type FaultProxy } from '#lib/faults/fault-proxy.ts'

const undo: (() => unknown)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step()
})

/** A server that says again what it hears, behind the proxy, and a client. */
async function echo(): Promise<{ proxy: FaultProxy; client: net.Socket; heard: () => string }> {
  const server = net.createServer((socket) => socket.on('error', () => {}).pipe(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = await startFaultProxy((server.address() as net.AddressInfo).port)
  const client = net.connect(proxy.port, '127.0.0.1').on('error', () => {})
  await once(client, 'connect')
  let text = ''
  client.on('data', (chunk) => (text += chunk.toString()))
  undo.push(
    () => server.close(),
    proxy.close,
    () => client.destroy(),
  )
  return { proxy, client, heard: () => text }
}

async function hears(what: () => string, text: string): Promise<number> {
  const startedMs = performance.now()
  await expect.poll(what, { interval: 5, timeout: 5_000 }).toBe(text)
  return performance.now() - startedMs
}

/** Other than `once`, no matter whether an error comes first. */
function closing(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

test('what is delayed arrives later and in order, though the delay ends meanwhile', async () => {
  const { proxy, client, heard } = await echo()
  client.setNoDelay(true)
  proxy.delay(100)
  const sent = Array.from({ length: 50 }, (_, n) => `${n};`)
  for (const piece of sent.slice(0, 25)) {
    client.write(piece)
    await new Promise((resolve) => setImmediate(resolve))
  }
  proxy.delay(0)
  for (const piece of sent.slice(25)) client.write(piece)
  expect(await hears(heard, sent.join(''))).toBeGreaterThan(50)
})

test('a partition holds everything back, and nobody is told', async () => {
  const { proxy, client, heard } = await echo()
  proxy.silence()
  client.write('held back')
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect([heard(), client.destroyed]).toEqual(['', false])
  proxy.heal()
  await hears(heard, 'held back')
})

test('who is refused hears so at once, until the fault is healed', async () => {
  const { proxy, client } = await echo()
  const closed = closing(client)
  proxy.refuse()
  await closed
  const refused = net.connect(proxy.port, '127.0.0.1').on('error', () => {})
  await closing(refused)
  proxy.heal()
  const served = net.connect(proxy.port, '127.0.0.1')
  undo.push(() => served.destroy())
  served.write('here')
  expect(String(await once(served, 'data'))).toBe('here')
})

test('a reset ends what is open', async () => {
  const { proxy, client } = await echo()
  client.write('open')
  await once(client, 'data')
  const closed = closing(client)
  proxy.reset()
  await closed
})
