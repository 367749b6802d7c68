/** Processes of this machine by id: who is alive, what it is, and how to end it in bounded time. */
import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const pollMs = 25

/** True while the process runs. A zombie, which only its parent can clear away, counts as dead. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  // "123 (name) Z …": the name may hold spaces and brackets, so the state is what follows the last bracket.
  return stat === null || stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z'
}

/** What tells a process from a later one with the same id: when it began. Null when there is none. */
export async function identityOf(pid: number): Promise<string | null> {
  if (!(await isRunning(pid))) return null
  const stat = await fs.readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  // Field 22 of stat(5), the 20th after the bracketed name.
  if (stat !== null) return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.trim() || null
}

/** The command line of a process, '' when there is none. Ids are reused: check it before sending a signal. */
export async function commandOf(pid: number): Promise<string> {
  const cmdline = await fs.readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => null)
  if (cmdline !== null) return cmdline.replaceAll('\0', ' ').trim()
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }))
  return stdout.trim()
}

/** Sends each signal in turn and waits up to its time for the process to end; true when it has. */
export async function endProcess(
  pid: number,
  steps: readonly { readonly signal: NodeJS.Signals; readonly waitMs: number }[],
): Promise<boolean> {
  for (const { signal, waitMs } of steps) {
    try {
      process.kill(pid, signal)
    } catch {
      return true
    }
    const deadline = Date.now() + waitMs
    while (Date.now() < deadline) {
      if (!(await isRunning(pid))) return true
      await sleep(pollMs)
    }
  }
  return !(await isRunning(pid))
}
