/**
 * The supervisor with tiny processes in place of the real ones, run by the supervisor's own tests: a front door and a
 * worker that obey and, on demand, misbehave. TINY_FAULT: `worker-dies-at-start`, `front-door-never-ready`.
 */
import path from 'node:path'
import type { PlanProcesses } from '#lib/wiring/supervisor/plan-processes.ts'
import { supervise } from '#lib/wiring/supervisor/supervise.ts'

const frontDoorScript = `
  const server = require('node:http').createServer((request, response) => {
    response.statusCode = process.env.TINY_FAULT === 'front-door-never-ready' ? 503 : 200
    response.end(String(process.pid))
  })
  server.listen(Number(process.env.PORT), process.env.HOST)
  process.on('SIGTERM', () => server.close(() => process.exit(0)))`

const workerScript = `
  if (process.env.TINY_FAULT === 'worker-dies-at-start') throw new Error('the worker has no queue')
  setInterval(() => {}, 1000)
  process.on('SIGTERM', () => process.exit(0))
  process.send('ready')`

const planTinyProduct: PlanProcesses = ({ env, host, ports, dataDir }) => {
  const shared = { env, readyWithinMs: 5_000, drainWithinMs: 3_000 }
  const log = (name: string) => path.join(dataDir, 'logs', `${name}.log`)
  return {
    once: [],
    behind: [],
    onData: [
      { ...shared, name: 'worker', args: ['-e', workerScript], ready: { kind: 'message' }, logFile: log('worker') },
    ],
    frontDoor: [
      {
        ...shared,
        name: 'gateway',
        args: ['-e', frontDoorScript],
        ready: { kind: 'http', url: `http://${host}:${ports.front}/readyz` },
        logFile: log('gateway'),
      },
    ],
  }
}

const stop = new AbortController()
process.on('SIGTERM', () => stop.abort())
process.exitCode = await supervise({
  mode: 'start',
  root: process.cwd(),
  env: process.env,
  stop: stop.signal,
  stopAtOnce: new AbortController().signal,
  print: (line) => process.stdout.write(`${line}\n`),
  planProcesses: planTinyProduct,
})
process.exit()
