// Long work with signs of life, and one clear line when it cannot go on.
import { spawn } from 'node:child_process'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '..', '..')

/** @returns {never} */
export function fail(line) {
  console.error(line)
  process.exit(1)
}

const heartbeatMs = 15_000

/** Runs a program to its end: silent while all is well; when it fails, its whole output and the end of this command. */
export async function runToEnd(what, command, args, env = process.env) {
  const { code, output } = await tryToEnd(what, command, args, env)
  if (code === 0) return
  console.error(output.trimEnd())
  fail(`${what}: failed (exit code ${code}); what it said is above`)
}

/** Runs a program to its end, with signs of life, and tells how it went. */
export async function tryToEnd(what, command, args, env = process.env) {
  const startedAt = Date.now()
  console.log(`${what} …`)
  const heartbeat = setInterval(() => {
    console.log(`${what} … ${Math.round((Date.now() - startedAt) / 1000)} s`)
  }, heartbeatMs)
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const forward = (signal) => {
    child.kill(signal)
    process.exit(signal === 'SIGINT' ? 130 : 143)
  }
  process.on('SIGINT', forward)
  process.on('SIGTERM', forward)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  const code = await new Promise((resolve) => {
    child.on('close', resolve)
    child.on('error', (error) => {
      output += error.message
      resolve(-1)
    })
  })
  clearInterval(heartbeat)
  process.off('SIGINT', forward)
  process.off('SIGTERM', forward)
  return { code, output }
}
