// Packages and the generated Prisma client: made when missing, made again when what they come from changed.
import fs from 'node:fs'
import path from 'node:path'
import { fingerprint, unlessDone } from './fingerprint.mjs'
import { fail, root, runToEnd } from './terminal.mjs'

/** `npm ci`, with development packages whatever NODE_ENV says, unless node_modules already is what the lock file says. */
export async function installPackages() {
  if (isInstalled()) return
  try {
    fs.accessSync(root, fs.constants.W_OK)
  } catch (error) {
    fail(
      `Packages must be installed and ${root} cannot be written (${error.code}): make the folder writable for this user`,
    )
  }
  const [command, ...first] = npmCommand()
  await runToEnd('installing packages (the first time this takes a minute or two)', command, [
    ...first,
    'ci',
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ])
}

/** npm writes node_modules/.package-lock.json last, so an interrupted installation shows. */
function isInstalled() {
  const wanted = packagesOf(path.join(root, 'package-lock.json'))
  const present = packagesOf(path.join(root, 'node_modules', '.package-lock.json'))
  if (!wanted) fail(`package-lock.json is missing or broken in ${root}: restore it from version control`)
  if (!present) return false
  return Object.entries(wanted).every(
    // Optional packages are those of other systems, extraneous ones those that nothing asks for.
    ([place, entry]) => place === '' || entry.optional || entry.extraneous || present[place]?.version === entry.version,
  )
}

function packagesOf(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8')).packages
  } catch {
    return null
  }
}

function npmCommand() {
  const script = process.env.npm_execpath
  if (script?.endsWith('npm-cli.js') && fs.existsSync(script)) return [process.execPath, script]
  return ['npm']
}

const generated = 'lib/platform/generated/prisma'

/** The Prisma client is TypeScript in the tree, not in version control. */
export async function generateClient() {
  const sources = fingerprint(['prisma/schema.prisma', 'node_modules/prisma/package.json'])
  await unlessDone(`${generated}/.sources`, sources, () =>
    runToEnd('generating the database client', process.execPath, ['node_modules/prisma/build/index.js', 'generate'], {
      ...process.env,
      // Generating asks for the schema engine, a download, and never runs it: any program will do.
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
    }),
  )
}
