/**
 * One product per data folder. The lock names the supervisor and every process it started, each with the moment it
 * began, so that a later start can tell "already running" from "was killed", and end what a killed one left behind
 * without ever touching a stranger that got the same process id.
 */
import fs from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { endProcess, identityOf } from '#lib/platform/embedded/processes.ts'
import { StartError } from '#lib/platform/embedded/start-error.ts'

export type StartLock = {
  /** Remembers a process that this start is responsible for; the latest of a name counts. */
  record(name: string, pid: number): Promise<void>
  /** What a second start is told. */
  announce(url: string): Promise<void>
  release(): Promise<void>
}

type KnownProcess = { readonly pid: number; readonly identity: string | null }
type LockContent = {
  readonly supervisor: KnownProcess
  readonly url: string | null
  readonly processes: Readonly<Record<string, KnownProcess>>
}

const orphanSteps = [
  { signal: 'SIGTERM', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 2_000 },
] as const

export async function takeStartLock(dataDir: string): Promise<StartLock> {
  const file = path.join(dataDir, 'supervisor.json')
  let content: LockContent = { supervisor: await describe(process.pid), url: null, processes: {} }
  while (!(await createExclusively(file, content))) await clearStaleLock(file, dataDir)

  let writes: Promise<void> = Promise.resolve()
  // One write after the other: two at once could leave the older content.
  const write = (change: Partial<LockContent>) => {
    content = { ...content, ...change }
    const text = JSON.stringify(content)
    writes = writes.then(async () => {
      await fs.writeFile(`${file}.new`, text, { mode: 0o600 })
      await fs.rename(`${file}.new`, file)
    })
    return writes
  }
  return {
    record: async (name, pid) => {
      const known = await describe(pid)
      await write({ processes: { ...content.processes, [name]: known } })
    },
    announce: (url) => write({ url }),
    release: async () => {
      await writes.catch(() => {})
      await fs.rm(file, { force: true })
    },
  }
}

async function createExclusively(file: string, content: LockContent): Promise<boolean> {
  try {
    await fs.writeFile(file, JSON.stringify(content), { flag: 'wx', mode: 0o600 })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** Throws when the lock's owner lives; else ends what it left behind and removes the lock. */
async function clearStaleLock(file: string, dataDir: string): Promise<void> {
  const text = await readSettled(file)
  const content = parse(text)
  if (content && (await lives(content.supervisor))) {
    throw new StartError(
      `Gatehouse is already running (pid ${content.supervisor.pid})${content.url ? ` on ${content.url}` : ', and still starting'}: stop it first, or start a second one with GATEHOUSE_DATA_DIR and PORT of its own (data folder: ${dataDir})`,
    )
  }
  await Promise.all(Object.values(content?.processes ?? {}).map(endIfOurs))
  // Only one of two starts that see the same stale lock may remove it.
  if ((await readSettled(file)) === text) await fs.rm(file, { force: true })
}

async function endIfOurs(known: KnownProcess): Promise<void> {
  if (await lives(known)) await endProcess(known.pid, orphanSteps)
}

async function lives(known: KnownProcess): Promise<boolean> {
  return known.identity !== null && (await identityOf(known.pid)) === known.identity
}

async function describe(pid: number): Promise<KnownProcess> {
  return { pid, identity: await identityOf(pid) }
}

/** The lock's text; one that is empty is being written by another start this moment. */
async function readSettled(file: string): Promise<string> {
  const text = await fs.readFile(file, 'utf8').catch(() => '')
  if (text !== '') return text
  await sleep(200)
  return fs.readFile(file, 'utf8').catch(() => '')
}

function parse(text: string): LockContent | null {
  try {
    return JSON.parse(text) as LockContent
  } catch {
    return null
  }
}
