// What each command needs before its program runs.
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { buildPortal, bundlePrograms } from './build.mjs'
import { generateClient, installPackages } from './install.mjs'
import { loadDotEnv, attachToRunningProduct } from './environment.mjs'
import { fail, root } from './terminal.mjs'

/** `portal`: Next's production build is needed too. `program`: the file of bin/ that runs, none for `build`. */
const commands = {
  start: { program: 'supervisor', portal: true },
  dev: { program: 'supervisor' },
  build: { portal: true },
  test: { program: 'test', portal: true },
  check: { program: 'test' },
  gateway: { program: 'gateway', attach: true },
  worker: { program: 'worker', attach: true },
  simulator: { program: 'simulator' },
  migrate: { program: 'migrate', attach: true },
  seed: { program: 'seed', attach: true },
  bench: { program: 'bench', portal: true },
  conformance: { program: 'conformance' },
  faults: { program: 'faults' },
}

/** Runs one command in this process; `args` reach the program as process.argv. */
export async function runCommand(name, args) {
  const command = Object.hasOwn(commands, name) ? commands[name] : null
  if (!command) fail(`Unknown command ${JSON.stringify(name)}. Commands: ${Object.keys(commands).join(', ')}`)
  process.chdir(root)
  process.env.NEXT_TELEMETRY_DISABLED = '1'
  process.env.CHECKPOINT_DISABLE = '1'

  await installPackages()
  await generateClient()
  await bundlePrograms()
  // The checks come before the slow build: a typing error is reported in seconds.
  if (command.portal && name !== 'test') await buildPortal()
  if (!command.program) return

  // Checks have an environment of their own: they must not touch the database that .env names.
  if (command.program !== 'test') loadDotEnv()
  if (command.attach) attachToRunningProduct()
  const program = path.join(root, 'dist', `${command.program}.js`)
  if (!fs.existsSync(program)) fail(`\`${name}\` has no program here: bin/${command.program}.ts is missing`)
  process.argv = [process.argv[0], program, ...(command.program === name ? [] : [name]), ...args]
  process.setSourceMapsEnabled(true)
  await import(pathToFileURL(program).href)
}
