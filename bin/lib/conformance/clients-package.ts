/** The clients are a package of their own, so that the product does not depend on them. */
import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Case } from './case.ts'

export const clientsFolder = path.resolve('e2e', 'conformance')

/** Installs what the lock file says, unless it is there. */
export function installClients(): void {
  if (isInstalled()) return
  console.log('installing the official clients (once; this takes up to a minute) …')
  const npm = process.env.npm_execpath
  const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []]
  const args = [...first, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const { status, stderr } = spawnSync(command, args, { cwd: clientsFolder, encoding: 'utf8' })
  if (status === 0) return
  throw new Error(
    `The official clients could not be installed: does the npm registry answer here?\n${String(stderr).trim()}`,
  )
}

/** npm writes its own lock file last, so an installation that broke off shows. */
function isInstalled(): boolean {
  const wanted = packagesOf('package-lock.json')
  const present = packagesOf('node_modules/.package-lock.json')
  return Object.entries(wanted).every(
    ([place, entry]) => place === '' || entry.optional === true || present[place]?.version === entry.version,
  )
}

type Packages = Record<string, { readonly version?: string; readonly optional?: boolean }>

function packagesOf(file: string): Packages {
  try {
    const lock = JSON.parse(fs.readFileSync(path.join(clientsFolder, file), 'utf8')) as { packages: Packages }
    return lock.packages
  } catch {
    return {}
  }
}

/** Loaded from where it stands, for that is where its packages are. */
export async function loadCases(): Promise<readonly Case[]> {
  const { href } = pathToFileURL(path.join(clientsFolder, 'cases.mjs'))
  const { cases } = (await import(href)) as { cases: readonly Case[] }
  return cases
}
