// `node bin/lib/complete-lock-file.mjs` after `npm install`: a registry that mirrors only some systems makes npm leave
// the packages of the others out of package-lock.json, and `npm ci` then refuses the file everywhere. Their names say
// what they are for, so their entries can be written without the registry.
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './terminal.mjs'

const systems = ['android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64']

/** The optional packages that an entry of the lock file wants and none of its entries provides. */
export function missingEntries(packages) {
  return Object.entries(packages).flatMap(([wantedBy, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(([name]) => !isProvided(packages, wantedBy, name))
      .map(([name, version]) => ({ wantedBy, name, version, dev: entry.dev })),
  )
}

// As Node looks a package up: beside the one that asks, then in every folder above it.
function isProvided(packages, from, name) {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    if (packages[`${base ? `${base}/` : ''}node_modules/${name}`]) return true
    if (base === '') return false
  }
}

function entryOf({ name, version, dev }) {
  const words = path.basename(name).split('-')
  const os = systems.filter((each) => words.includes(each))
  const cpu = processors.filter((each) => words.includes(each))
  if (cpu.length === 0 || !/^\d+\.\d+\.\d+/.test(version)) throw new Error(`cannot tell what ${name} ${version} is for`)
  const musl = words.some((word) => word.startsWith('musl'))
  const glibc = words.some((word) => word.startsWith('gnu'))
  return {
    version,
    cpu,
    ...(dev && { dev }),
    ...(os[0] === 'linux' && (musl || glibc) && { libc: [musl ? 'musl' : 'glibc'] }),
    optional: true,
    ...(os.length > 0 && { os }),
  }
}

function completeLockFile(file) {
  const lock = JSON.parse(fs.readFileSync(file, 'utf8'))
  const missing = missingEntries(lock.packages)
  for (const each of missing) {
    const hoisted = `node_modules/${each.name}`
    lock.packages[lock.packages[hoisted] ? `${each.wantedBy}/${hoisted}` : hoisted] = entryOf(each)
  }
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'))
  fs.writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`)
  return missing.length
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  console.log(`${completeLockFile(path.join(root, 'package-lock.json'))} packages of other systems added`)
}
