/** Programs that npm does not bring: looked up on PATH, else installed by the system's package manager where allowed. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const installTimeoutMs = 5 * 60_000

export type SystemPackage = { readonly program: string; readonly apt: string; readonly brew?: string }

/** The path of a program, null when it is not on PATH. */
export async function findProgram(name: string): Promise<string | null> {
  const { stdout } = await run('/bin/sh', ['-c', 'command -v "$0"', name]).catch(() => ({ stdout: '' }))
  return stdout.trim() || null
}

const underWay = new Map<string, Promise<string | null>>()

/** The path of the program, after installing it when it is missing; null when that is not possible here. */
export async function findOrInstall(
  wanted: SystemPackage,
  report: (line: string) => void = () => {},
): Promise<string | null> {
  const present = await findProgram(wanted.program)
  if (present) return present
  // Whoever asks meanwhile waits for the same installation.
  let found = underWay.get(wanted.program)
  if (!found) {
    found = installNow(wanted, report).finally(() => underWay.delete(wanted.program))
    underWay.set(wanted.program, found)
  }
  return found
}

async function installNow(wanted: SystemPackage, report: (line: string) => void): Promise<string | null> {
  const installer = await findInstaller(wanted)
  if (!installer) return null
  report(`installing ${wanted.program} by ${installer.name}`)
  for (const [command = '', ...args] of installer.commands) {
    const done = await install(command, args)
    if (done) break
  }
  return findProgram(wanted.program)
}

/** Another program may be installing something: apt waits for it, in seconds. */
const lockWait = 'DPkg::Lock::Timeout=120'

type Installer = { readonly name: string; readonly commands: readonly (readonly string[])[] }

async function findInstaller(wanted: SystemPackage): Promise<Installer | null> {
  if (process.platform === 'darwin') {
    const brew = wanted.brew ? await findProgram('brew') : null
    return brew && wanted.brew ? { name: 'brew', commands: [[brew, 'install', wanted.brew]] } : null
  }
  const apt = await findProgram('apt-get')
  const prefix = await rootPrefix()
  if (!apt || !prefix) return null
  const install = [...prefix, apt, 'install', '-o', lockWait, '-y', '-q', '--no-install-recommends', wanted.apt]
  // The lists of a new system may be empty or old: install, else fetch them and install again.
  return { name: 'apt-get', commands: [install, [...prefix, apt, 'update', '-o', lockWait, '-q'], install] }
}

/** What to put before a command to run it as root: nothing, or sudo that asks no password; null where neither is allowed. */
async function rootPrefix(): Promise<readonly string[] | null> {
  if (process.getuid?.() === 0) return []
  const allowed = await run('sudo', ['-n', 'true']).then(
    () => true,
    () => false,
  )
  return allowed ? ['sudo', '-n'] : null
}

async function install(command: string, args: readonly string[]): Promise<boolean> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return run(command, args, { timeout: installTimeoutMs, maxBuffer: 64 * 1024 * 1024, env }).then(
    () => !args.includes('update'),
    () => false,
  )
}
