/** What Redis does not take is on disk, and is settled by the next process. Real Redis, killed and brought back. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSettlements } from '#lib/gateway/settlements.ts'
import { openSpool, readRecords } from '#lib/gateway/spool.ts'
import { usageStream } from '#lib/ledger/contract.ts'
import { loadFunctions } from '#lib/limits/functions.ts'
import type { Settlement } from '#lib/limits/settle.ts'
import { createLog } from '#lib/platform/log.ts'
import { openRedis } from '#lib/platform/redis.ts'
import { freshRedisProcess } from '#lib/testing/services.ts'
import { anEvent } from '#lib/testing/usage-events.ts'

const log = createLog('test', 'silent')
let folder: string
beforeEach(() => {
  folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'spool-')), 'spool')
})
afterEach(() => fs.rmSync(path.dirname(folder), { recursive: true }))

const aCall = (): Settlement => ({ event: anEvent(), tokens: { input: 100, output: 20 }, budgetKeys: [] })
const segments = () => (fs.existsSync(folder) ? fs.readdirSync(folder).map((name) => path.join(folder, name)) : [])
const idsOf = (settlements: readonly Settlement[]) => settlements.map(({ event }) => event.id).toSorted()
const onDisk = () => segments().flatMap((file) => readRecords(fs.readFileSync(file)))

/** Gives the segments to a process that is no more. */
function die(): void {
  const { pid } = spawnSync('true')
  for (const file of segments())
    fs.renameSync(file, path.join(folder, path.basename(file).replace(/^\d+/, String(pid))))
}

describe('a spool', () => {
  test('has what was kept after the process died, but for what a crash cut short', async () => {
    const spool = openSpool(folder, log)
    const calls = Array.from({ length: 150 }, aCall)
    for (const call of calls) spool.keep(call)
    await sleep(150)
    die()
    fs.appendFileSync(segments()[0]!, Buffer.from([200, 0, 0, 0, 1, 2, 3, 4, 5]))
    const next = openSpool(folder, log)
    expect(idsOf(next.left)).toEqual(idsOf(calls))
    expect(next.left[0]).toEqual(calls[0])
    expect(openSpool(folder, log).left).toEqual([])

    for (const { event } of calls.slice(1)) next.settled(event.id)
    expect(segments()).toHaveLength(1)
    next.settled(calls[0]!.event.id)
    expect(segments()).toEqual([])
  })

  test('is empty again when all is settled', async () => {
    const spool = openSpool(folder, log)
    const [one, two] = [aCall(), aCall()]
    for (const call of [one, two]) spool.keep(call)
    await sleep(150)
    spool.settled(one!.event.id)
    expect(onDisk()).toHaveLength(2)
    spool.settled(two!.event.id)
    await sleep(20)
    expect(onDisk()).toEqual([])
    await spool.close()
    expect(segments()).toEqual([])
  })

  test('stops with an alarm where the disk does not take it', async () => {
    fs.writeFileSync(folder, 'not a folder')
    const spool = openSpool(`${folder}/spool`, log)
    spool.keep(aCall())
    await sleep(150)
    expect(spool.problem()).toMatch(/ENOTDIR|EEXIST/)
    const small = openSpool(path.join(path.dirname(folder), 'small'), log, 4_000)
    for (let n = 0; n < 10; n++) small.keep(aCall())
    expect(small.problem()).toContain('4000 bytes')
    await Promise.all([spool.close(), small.close()])
  })

  test('leaves the segments of a living process alone', async () => {
    fs.mkdirSync(folder)
    fs.writeFileSync(path.join(folder, `${process.ppid}-00.spool`), '')
    expect(openSpool(folder, log).left).toEqual([])
    expect(segments()).toHaveLength(1)
  })
})

test('settlements outlive Redis and the process, each once; nothing touches the disk while Redis takes them', async () => {
  const server = await freshRedisProcess({ persist: true })
  const redis = openRedis(server.url, 'call path')
  while (redis.status !== 'ready') await sleep(10)
  await loadFunctions(redis)
  const first = createSettlements(redis, log, openSpool(folder, log))
  for (let n = 0; n < 20; n++) first.settle(aCall())
  await first.drain(2_000)
  expect([await redis.xlen(usageStream), fs.existsSync(folder)]).toEqual([20, false])

  await server.kill()
  const calls = Array.from({ length: 100 }, aCall)
  for (const call of calls) first.settle(call)
  for (let n = 0; n < 100 && onDisk().length < 100; n++) await sleep(50)
  expect(idsOf(onDisk())).toEqual(idsOf(calls))

  // The process dies; the next one finds its segment, while Redis is still away.
  redis.disconnect()
  die()
  const again = openRedis(server.url, 'call path')
  const second = createSettlements(again, log, openSpool(folder, log))
  expect(second.waiting()).toBe(100)
  await server.start()
  await second.drain(15_000)
  expect(second.waiting()).toBe(0)
  const entries = await again.xrange(usageStream, '-', '+')
  const ids = entries.map(([, [, text]]) => (JSON.parse(text!) as { id: string }).id)
  expect([entries.length, new Set(ids).size]).toEqual([120, 120])
  expect(segments()).toEqual([])
  again.disconnect()
  await server.drop()
}, 60_000)
