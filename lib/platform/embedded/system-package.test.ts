import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findOrInstall, findProgram } from '#lib/platform/embedded/system-package.ts'

const systemPath = process.env.PATH
let folder: string

beforeEach(async () => {
  folder = await fs.mkdtemp(path.join(os.tmpdir(), 'gatehouse-programs-'))
  process.env.PATH = folder
})

afterEach(async () => {
  process.env.PATH = systemPath
  await fs.rm(folder, { recursive: true, force: true })
})

async function program(name: string, script: string): Promise<void> {
  await fs.writeFile(path.join(folder, name), `#!/bin/sh\nPATH=${systemPath}\n${script}\n`, { mode: 0o755 })
}

/** A Debian whose lists are empty: the package is found only after an update. `sudo` asks for no password. */
async function freshDebian(): Promise<void> {
  await program('sudo', 'shift; exec "$@"')
  await program(
    'apt-get',
    `echo "$@" >> ${folder}/calls
     case "$1" in
       update) touch ${folder}/lists ;;
       install) [ -e ${folder}/lists ] && cp ${folder}/apt-get ${folder}/redis-server ;;
     esac`,
  )
}

describe('a program that npm does not bring', () => {
  test('is taken from PATH when it is there', async () => {
    await program('redis-server', 'true')
    await freshDebian()
    const found = await findOrInstall({ program: 'redis-server', apt: 'redis-server' })
    expect(found).toBe(path.join(folder, 'redis-server'))
    await expect(fs.readFile(path.join(folder, 'calls'))).rejects.toThrow('ENOENT')
  })

  test.runIf(process.platform === 'linux')(
    'is installed by apt, whose lists are fetched when they lack it',
    async () => {
      await freshDebian()
      const said: string[] = []
      const found = await findOrInstall({ program: 'redis-server', apt: 'redis-server' }, (line) => said.push(line))
      expect(found).toBe(path.join(folder, 'redis-server'))
      expect(said).toEqual(['installing redis-server by apt-get'])
      const calls = await fs.readFile(path.join(folder, 'calls'), 'utf8')
      expect(calls.match(/^\w+/gm)).toEqual(['install', 'update', 'install'])
    },
  )

  test.runIf(process.platform === 'linux')('is installed once for all who ask at the same time', async () => {
    await freshDebian()
    await fs.writeFile(path.join(folder, 'lists'), '')
    const wanted = { program: 'redis-server', apt: 'redis-server' }
    const found = await Promise.all([1, 2, 3].map(() => findOrInstall(wanted)))
    expect(found).toEqual(Array(3).fill(path.join(folder, 'redis-server')))
    const calls = await fs.readFile(path.join(folder, 'calls'), 'utf8')
    expect(calls.match(/^\w+/gm)).toEqual(['install'])
  })

  test('is missing where nothing can install it', async () => {
    expect(await findOrInstall({ program: 'redis-server', apt: 'redis-server', brew: 'redis' })).toBeNull()
    expect(await findProgram('redis-server')).toBeNull()
  })
})
