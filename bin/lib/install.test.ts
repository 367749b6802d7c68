import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { missingEntries } from './complete-lock-file.mjs'

type LockFile = { readonly packages: Record<string, object> }

const run = promisify(execFile)
let clone: string

beforeEach(async () => {
  clone = await fs.mkdtemp(path.join(os.tmpdir(), 'gatehouse-clone-'))
  await fs.cp('bin/lib', path.join(clone, 'bin/lib'), { recursive: true })
  await fs.writeFile(path.join(clone, 'package.json'), '{"type":"module"}')
  await lock({ zod: '1.0.0' })
  // An npm that writes down how it was called, and does what the lock file says.
  await fs.writeFile(
    path.join(clone, 'npm-cli.js'),
    `import fs from 'node:fs'
     fs.appendFileSync('calls', process.argv.slice(2).join(' ') + '\\n')
     fs.mkdirSync('node_modules', { recursive: true })
     fs.copyFileSync('package-lock.json', 'node_modules/.package-lock.json')`,
  )
})

afterEach(() => fs.rm(clone, { recursive: true, force: true }))

async function lock(versions: Record<string, string>): Promise<void> {
  const packages = Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }])
  const content = { packages: { '': { name: 'clone' }, ...Object.fromEntries(packages) } }
  await fs.writeFile(path.join(clone, 'package-lock.json'), JSON.stringify(content))
}

/** Runs the installation in the clone and tells how often npm was called so far. */
async function install(): Promise<string[]> {
  const script = `import('./bin/lib/install.mjs').then((install) => install.installPackages())`
  await run(process.execPath, ['-e', script], {
    cwd: clone,
    env: { ...process.env, NODE_ENV: 'production', npm_execpath: path.join(clone, 'npm-cli.js') },
  })
  const calls = await fs.readFile(path.join(clone, 'calls'), 'utf8').catch(() => '')
  return calls.split('\n').filter(Boolean)
}

describe('packages', () => {
  test('are installed when there are none, development ones too, and not a second time', async () => {
    expect(await install()).toEqual(['ci --include=dev --no-audit --no-fund --loglevel=error'])
    expect(await install()).toHaveLength(1)
  })

  test('are installed again when the lock file names another version', async () => {
    await install()
    await lock({ zod: '1.0.1' })
    expect(await install()).toHaveLength(2)
  })

  test('are installed again when an installation without development packages left some out', async () => {
    await install()
    await fs.writeFile(path.join(clone, 'node_modules/.package-lock.json'), '{"packages":{}}')
    expect(await install()).toHaveLength(2)
  })
})

describe('package-lock.json', () => {
  // npm leaves out what its registry does not have; then no clone anywhere can be installed.
  test('has an entry for every system, as `npm ci` demands', async () => {
    const { packages } = JSON.parse(await fs.readFile('package-lock.json', 'utf8')) as LockFile
    expect(missingEntries(packages)).toEqual([])
  })
})
