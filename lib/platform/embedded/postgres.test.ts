import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { installedPackage, postgresBinaries } from '#lib/platform/embedded/postgres-binaries.ts'
import { startEmbeddedPostgres } from '#lib/platform/embedded/postgres.ts'
import { isRunning } from '#lib/platform/embedded/processes.ts'
import { runAs, serviceAccount } from '#lib/platform/embedded/service-account.ts'

let root: string
let cleanups: (() => Promise<unknown>)[]

beforeEach(async () => {
  root = await fs.mkdtemp(path.join(os.tmpdir(), 'gatehouse-pg-'))
  await fs.chmod(root, 0o755)
  cleanups = [() => fs.rm(root, { recursive: true, force: true })]
})

afterEach(async () => {
  for (const cleanup of cleanups.toReversed()) await cleanup()
})

/** A server that is stopped, and whose data is removed, after the test. */
async function start(dir: string) {
  const server = await startEmbeddedPostgres({ dir, fsync: false })
  cleanups.push(
    () => fs.rm(path.dirname(server.data), { recursive: true, force: true }),
    () => server.stop(),
  )
  return server
}

async function ask(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<Record<string, unknown>>(sql).finally(() => client.end())
  return rows
}

describe('an embedded PostgreSQL', () => {
  test('has its data and its address again after a stop', async () => {
    const first = await start(root)
    await ask(first.url, 'CREATE TABLE kept AS SELECT 1 AS one')
    await first.stop()
    const second = await start(root)
    expect(second.url).toBe(first.url)
    expect(await ask(second.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }])
  })

  test('answers nobody without its password, and only on loopback', async () => {
    const { url } = await start(root)
    const stranger = new URL(url)
    stranger.password = 'guess'
    await expect(ask(stranger.href, 'SELECT 1')).rejects.toThrow('password authentication failed')
    expect(await ask(url, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }])
    expect(await ask(url, 'SHOW unix_socket_directories')).toEqual([{ unix_socket_directories: '' }])
  })

  test('takes over from a server that a killed start left on the same data', async () => {
    const orphan = await start(root)
    const next = await start(root)
    expect(await isRunning(orphan.pid)).toBe(false)
    expect(await ask(next.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('starts although its lock names a living process that is something else', async () => {
    const first = await start(root)
    await first.stop()
    await fs.writeFile(path.join(first.data, 'postmaster.pid'), `${process.pid}\n${first.data}\n`)
    const second = await start(root)
    expect(await ask(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('runs below a folder that only its owner may enter', async () => {
    const privateFolder = path.join(root, 'private')
    await fs.mkdir(privateFolder, { mode: 0o700 })
    const { url } = await start(path.join(privateFolder, 'postgres'))
    expect(await ask(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  test('does not find the data of an earlier clone at the same path', async () => {
    const privateFolder = path.join(root, 'private')
    await fs.mkdir(privateFolder, { mode: 0o700 })
    const dir = path.join(privateFolder, 'postgres')
    const first = await start(dir)
    await ask(first.url, 'CREATE TABLE old (one int)')
    await first.stop()
    await fs.rm(dir, { recursive: true })
    const second = await start(dir)
    await expect(ask(second.url, 'SELECT * FROM old')).rejects.toThrow('does not exist')
  })
})

describe('the binaries', () => {
  test('run without the links that the install script makes, and from a clone that only its owner may enter', async () => {
    const account = await serviceAccount()
    const clone = path.join(root, 'clone')
    await fs.cp(installedPackage(), clone, { recursive: true, verbatimSymlinks: true })
    const lib = path.join(clone, 'native', 'lib')
    for (const entry of await fs.readdir(lib, { withFileTypes: true })) {
      if (entry.isSymbolicLink()) await fs.rm(path.join(lib, entry.name))
    }
    await promisify(execFile)('chmod', ['-R', 'go-rwx', clone])

    const binaries = await postgresBinaries(account, clone)
    if (!binaries.postgres.startsWith(clone)) {
      cleanups.push(() => fs.rm(path.resolve(binaries.postgres, '..', '..', '..', '..'), { recursive: true }))
    }
    const { stdout } = await runAs(account, binaries.postgres, ['--version'])
    expect(stdout).toMatch(/^postgres \(PostgreSQL\) \d+/)
  })
})
