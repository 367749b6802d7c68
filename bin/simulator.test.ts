import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { expect, test } from 'vitest'

function start(port: string) {
  const child = spawn(process.execPath, ['--import', 'tsx', 'bin/simulator.ts'], {
    env: { ...process.env, SIMULATOR_PORT: port },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return { child, exit: once(child, 'exit') }
}

test('the simulator alone says where it is ready, answers, and stops on SIGTERM with calls running', async () => {
  const { child, exit } = start('0')
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  expect(line).toMatch(/^simulator ready on http:\/\/127\.0\.0\.1:\d+$/)
  const url = line.slice('simulator ready on '.length)
  expect((await fetch(`${url}/openai/v1/models`)).status).toBe(200)

  const hanging = fetch(`${url}/openai/v1/embeddings`, {
    method: 'POST',
    body: JSON.stringify({ model: 'm', input: '@sim hang=headers' }),
  }).catch(() => 'cut')
  child.kill('SIGTERM')
  expect(await exit).toEqual([0, null])
  expect(await hanging).toBe('cut')
})

test('a wrong port stops the start with one line that says what to do', async () => {
  const { child, exit } = start('http')
  const [line] = (await once(createInterface(child.stderr), 'line')) as [string]
  expect(line).toContain('SIMULATOR_PORT must be a port')
  expect(await exit).toEqual([1, null])
})
