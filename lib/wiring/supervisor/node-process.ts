/**
 * One Node process of the product: spawned, waited for until it can serve, drained at the end. It writes to a log file
 * and not to a pipe, so that it survives its supervisor for as long as draining takes.
 */
import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartError } from '#lib/platform/embedded/start-error.ts'
import type { Running } from '#lib/wiring/supervisor/kept-alive.ts'
import { lastWords } from '#lib/wiring/supervisor/last-words.ts'

type ChildPlan = {
  readonly name: string
  /** Arguments of Node: the program and what it takes. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where its output goes; null shows it in the terminal. */
  readonly logFile: string | null
}

export type OneShotPlan = ChildPlan & {
  /** What is being done, for those who wait for it. */
  readonly title: string
}

export type ProcessPlan = ChildPlan & {
  /** It can serve when it sends the message "ready", or when the address answers with a status below 500. */
  readonly ready: { readonly kind: 'message' } | { readonly kind: 'http'; readonly url: string }
  readonly readyWithinMs: number
  /** From SIGTERM to SIGKILL. */
  readonly drainWithinMs: number
}

const pollMs = 50
const probeTimeoutMs = 5_000

export async function launchProcess(
  plan: ProcessPlan,
  signal: AbortSignal,
  onSpawned: (name: string, pid: number) => void,
): Promise<Running> {
  const child = await spawnChild(plan)
  if (child.pid !== undefined) onSpawned(plan.name, child.pid)
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', () => void causeOfDeath(child, plan).then(resolve))
  })
  const running = { pid: child.pid ?? 0, exited, stop: stopper(child, plan, exited) }
  try {
    await untilReady(child, plan, signal)
    return running
  } catch (error) {
    await running.stop({ atOnce: !signal.aborted })
    throw error
  }
}

/** A process that does one piece of work and ends by itself. */
export async function runToEnd(
  plan: OneShotPlan,
  signal: AbortSignal,
  onSpawned: (name: string, pid: number) => void,
): Promise<void> {
  signal.throwIfAborted()
  const child = await spawnChild(plan)
  if (child.pid !== undefined) onSpawned(plan.name, child.pid)
  const end = () => child.kill('SIGTERM')
  signal.addEventListener('abort', end, { once: true })
  await new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()))
  signal.removeEventListener('abort', end)
  signal.throwIfAborted()
  if (child.exitCode !== 0) throw new StartError(`${plan.name} failed: ${await causeOfDeath(child, plan)}`)
}

async function spawnChild({ args, env, logFile }: ChildPlan): Promise<ChildProcess> {
  if (logFile !== null) await fs.mkdir(path.dirname(logFile), { recursive: true })
  const log = logFile === null ? null : await fs.open(logFile, 'a', 0o600)
  const output = log === null ? 'inherit' : log.fd
  const child = spawn(process.execPath, args, {
    env: env as NodeJS.ProcessEnv,
    // Ctrl-C must reach the supervisor alone, which then stops its children in order.
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
  })
  await log?.close()
  return child
}

async function untilReady(child: ChildProcess, plan: ProcessPlan, signal: AbortSignal): Promise<void> {
  const { name, ready, readyWithinMs, logFile } = plan
  const deadline = Date.now() + readyWithinMs
  let announced = false
  let last = 'it never said that it is'
  child.on('message', (message) => {
    if (message === 'ready') announced = true
  })
  while (Date.now() < deadline) {
    signal.throwIfAborted()
    if (hasEnded(child)) throw new StartError(`${name} did not start: ${await causeOfDeath(child, plan)}`)
    if (ready.kind === 'message' && announced) return
    if (ready.kind === 'http') {
      const answer = await probe(ready.url)
      if (answer.ok) return
      last = answer.text
    }
    await sleep(pollMs)
  }
  const where = logFile === null ? '' : `; its log is ${logFile}`
  throw new StartError(`${name} was not ready within ${readyWithinMs / 1000} s: ${last}${where}`)
}

function stopper(child: ChildProcess, plan: ProcessPlan, exited: Promise<string>): Running['stop'] {
  return async ({ atOnce = false } = {}) => {
    if (hasEnded(child)) return
    child.kill(atOnce ? 'SIGKILL' : 'SIGTERM')
    const impatience = setTimeout(() => child.kill('SIGKILL'), plan.drainWithinMs)
    await exited
    clearTimeout(impatience)
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined
}

async function causeOfDeath(child: ChildProcess, { logFile }: ChildPlan): Promise<string> {
  // A killed process had no time for last words: those in its log are about something else.
  if (child.signalCode) return `killed by ${child.signalCode}`
  const words = logFile === null ? '' : await lastWords(logFile)
  return words === '' ? `exit code ${child.exitCode ?? 'unknown'}` : words
}

async function probe(url: string): Promise<{ readonly ok: boolean; readonly text: string }> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(probeTimeoutMs) })
    const text = (await response.text()).replaceAll(/\s+/g, ' ').slice(0, 200)
    return { ok: response.status < 500, text: `${url} answers ${response.status} ${text}`.trim() }
  } catch (error) {
    const code = (error as { cause?: { code?: string } }).cause?.code
    return { ok: false, text: `${url} does not answer${code ? ` (${code})` : ''}` }
  }
}
