/**
 * Settlements that Redis does not take, on the local disk: should this process die before Redis is back, the next one on
 * this machine settles them with what they really cost. Nothing is written while Redis takes settlements at once.
 *
 * A segment is a file of records, `length | CRC-32 | JSON`, of one process. Records are written and synced together, 50 ms
 * or 64 records at a time; the file goes when all of them are settled. A record may be settled twice, which is harmless:
 * Redis and the ledger know a call by its id.
 *
 * Bounds: 256 MB a segment. Where the disk is full or broken, spooling stops with an alarm and is tried again every ten
 * seconds; what is not on disk is in memory still, and behind it stands the sweeper.
 */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { crc32 } from 'node:zlib'
import type { Settlement } from '#lib/limits/settle.ts'
import type { Log } from '#lib/platform/log.ts'

const groupMs = 50
const groupRecords = 64
const mostBytes = 256 * 1024 * 1024
const pauseMs = 10_000
const headerBytes = 8

export type Spool = {
  /** What an earlier process has left, to be settled now. */
  readonly left: readonly Settlement[]
  /** Puts a settlement on disk, within 50 ms. */
  keep(settlement: Settlement): void
  /** Redis has this call's settlement. */
  settled(callId: string): void
  /** Why nothing is written now; null while all is well. */
  problem(): string | null
  close(): Promise<void>
}

/** Segments of this process: a process of the same number that died before may have left others. */
const mine = new Set<string>()

export function openSpool(folder: string, log: Log, bytes: number = mostBytes): Spool {
  const claimed = claimSegments(folder)
  const pendingIn = new Map(claimed.map(({ file, settlements }) => [file, idsOf(settlements)]))
  const file = segmentName(folder)
  const pending = new Set<string>()
  let buffered: Buffer[] = []
  let handle: fs.promises.FileHandle | null = null
  let size = 0
  let timer: NodeJS.Timeout | null = null
  let writing = Promise.resolve()
  let problem: string | null = null
  let isClosed = false
  let stoppedAtMs = 0

  function stop(why: string): void {
    if (problem === null) log.error({ folder, why }, 'settlements cannot be kept on disk; free space or mend the disk')
    problem = why
    stoppedAtMs = Date.now()
    setTimeout(probe, pauseMs).unref()
  }

  /** Ends the alarm with its cause, also where nothing more is to be kept. What it writes is written over. */
  function probe(): void {
    if (!isClosed) writing = writing.then(() => write(Buffer.alloc(1), 0))
  }

  function flush(): void {
    if (timer) clearTimeout(timer)
    timer = null
    const group = Buffer.concat(buffered)
    buffered = []
    if (group.length > 0) writing = writing.then(() => write(group))
  }

  async function write(group: Buffer, bytesKept = group.length): Promise<void> {
    try {
      handle ??= await create()
      // At its place rather than at the end: what a full disk has cut off is written over.
      for (let done = 0; done < group.length;) {
        done += (await handle.write(group, done, group.length - done, size + done)).bytesWritten
      }
      await handle.datasync()
      size += bytesKept
      if (problem !== null) log.info({ folder }, 'settlements are kept on disk again')
      problem = null
    } catch (error) {
      stop(String(error))
    }
  }

  async function create(): Promise<fs.promises.FileHandle> {
    await fs.promises.mkdir(folder, { recursive: true, mode: 0o700 })
    mine.add(file)
    return fs.promises.open(file, 'w', 0o600)
  }

  return {
    left: claimed.flatMap(({ settlements }) => settlements),
    keep(settlement) {
      if (problem !== null && Date.now() - stoppedAtMs < pauseMs) return
      if (size + buffered.length * 4_096 > bytes) return stop(`the segment has reached ${bytes} bytes`)
      pending.add(settlement.event.id)
      buffered.push(recordOf(settlement))
      if (buffered.length >= groupRecords) flush()
      else timer ??= setTimeout(flush, groupMs)
    },
    settled(callId) {
      for (const [earlier, ids] of pendingIn) {
        if (!ids.delete(callId) || ids.size > 0) continue
        pendingIn.delete(earlier)
        remove(earlier)
      }
      if (!pending.delete(callId) || pending.size > 0) return
      // Nothing is owed any more: what is in the file and on its way there has done its service.
      buffered = []
      writing = writing.then(async () => {
        if (pending.size > 0 || buffered.length > 0) return
        await handle?.truncate(0).catch(() => {})
        size = 0
      })
    },
    problem: () => problem,
    async close() {
      isClosed = true
      flush()
      await writing
      await handle?.close()
      if (pending.size === 0) remove(file)
      mine.delete(file)
      for (const earlier of pendingIn.keys()) mine.delete(earlier)
    },
  }
}

function remove(file: string): void {
  mine.delete(file)
  fs.rmSync(file, { force: true })
}

function segmentName(folder: string): string {
  return path.join(folder, `${process.pid}-${randomBytes(6).toString('hex')}.spool`)
}

function recordOf({ event, tokens, budgetKeys }: Settlement): Buffer {
  const body = Buffer.from(JSON.stringify({ event, tokens, budgetKeys }))
  const header = Buffer.alloc(headerBytes)
  header.writeUInt32LE(body.length, 0)
  header.writeUInt32LE(crc32(body), 4)
  return Buffer.concat([header, body])
}

/** Every whole record, up to the first that a crash has cut short. */
export function readRecords(bytes: Buffer): Settlement[] {
  const found: Settlement[] = []
  for (let at = 0; at + headerBytes <= bytes.length;) {
    const body = bytes.subarray(at + headerBytes, at + headerBytes + bytes.readUInt32LE(at))
    if (body.length !== bytes.readUInt32LE(at) || crc32(body) !== bytes.readUInt32LE(at + 4)) break
    found.push(JSON.parse(body.toString()) as Settlement)
    at += headerBytes + body.length
  }
  return found
}

const idsOf = (settlements: readonly Settlement[]) => new Set(settlements.map(({ event }) => event.id))

/** Takes over the segments of processes that are no more. Of several that try, one gets each. */
function claimSegments(folder: string): { file: string; settlements: Settlement[] }[] {
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : []
  return names.flatMap((name) => {
    const pid = Number(/^(\d+)-[0-9a-f]+\.spool$/.exec(name)?.[1] ?? 0)
    const abandoned = path.join(folder, name)
    if (pid === 0 || mine.has(abandoned) || (pid !== process.pid && isAlive(pid))) return []
    const file = segmentName(folder)
    mine.add(file)
    try {
      fs.renameSync(abandoned, file)
    } catch {
      mine.delete(file)
      return [] // Another process was first.
    }
    const settlements = readRecords(fs.readFileSync(file))
    if (settlements.length === 0) remove(file)
    return settlements.length === 0 ? [] : [{ file, settlements }]
  })
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}
