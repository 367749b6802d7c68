/**
 * PostgreSQL refuses to run as root. Then it runs as an unprivileged user that the system already has; nothing is
 * created. That user must be able to enter every folder above its files, which a clone below a private folder does not
 * allow: such files live in a folder of their own below the system's state or temporary folder.
 */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { StartError } from '#lib/platform/embedded/start-error.ts'

const run = promisify(execFile)

/** Spawn options of the user that a service runs as: empty when it is the present one. */
export type ServiceAccount = { readonly uid?: number; readonly gid?: number }

const candidates = ['postgres', 'nobody']
const homeBases = ['/var/lib', os.tmpdir()]

/** Present user, unless it is root. */
export async function serviceAccount(): Promise<ServiceAccount> {
  if (process.getuid?.() !== 0) return {}
  for (const name of candidates) {
    const account = await accountOf(name).catch(() => null)
    if (account) return account
  }
  throw new StartError(
    `PostgreSQL cannot run as root and this system has none of the users ${candidates.join(', ')}: start Gatehouse as an ordinary user, or set DATABASE_URL`,
  )
}

async function accountOf(name: string): Promise<ServiceAccount> {
  const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
}

/** Runs a command as the account, from a folder that everyone may enter. */
export async function runAs(account: ServiceAccount, command: string, args: readonly string[]) {
  return run(command, args, { ...account, cwd: '/', maxBuffer: 16 * 1024 * 1024 })
}

/** Whether the account could keep its data in this folder, were the folder its own. */
export async function mayEnter(account: ServiceAccount, folder: string): Promise<boolean> {
  if (account.uid === undefined) return true
  return runAs(account, '/bin/sh', ['-c', 'cd "$0"', folder]).then(
    () => true,
    () => false,
  )
}

/** A folder outside the clone that the account may enter, the same for the same `owner` path at every start. */
export async function outsideHome(account: ServiceAccount, owner: string): Promise<string> {
  const name = `gatehouse-${createHash('sha256').update(path.resolve(owner)).digest('hex').slice(0, 16)}`
  for (const base of homeBases) {
    const folder = path.join(base, name)
    if ((await ownFolder(folder)) && (await mayEnter(account, folder))) return folder
  }
  throw new StartError(
    `No folder for the database: neither ${homeBases.join(' nor ')} can be written and entered by user ${account.uid}. Make one of them writable, or set DATABASE_URL`,
  )
}

// In a shared temporary folder somebody else could have made the folder first, to hand us binaries of theirs.
async function ownFolder(folder: string): Promise<boolean> {
  try {
    await fs.mkdir(folder, { recursive: true })
    const stat = await fs.lstat(folder)
    if (!stat.isDirectory() || stat.uid !== process.getuid?.() || (stat.mode & 0o022) !== 0) return false
    // Made under a strict umask, it is closed to the account that it is meant for.
    await fs.chmod(folder, 0o755)
    return true
  } catch {
    return false
  }
}
