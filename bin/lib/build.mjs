// What npm packages cannot bring ready-made: our programs as plain JavaScript, and Next's production build.
import fs from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fingerprint, unlessDone } from './fingerprint.mjs'
import { fail, root, tryToEnd } from './terminal.mjs'

const portalOnly = ['app', 'components', 'proxy.ts', 'public', 'next.config.mjs', 'postcss.config.mjs']
const shared = ['lib', 'prisma/schema.prisma', 'package.json', 'package-lock.json', 'tsconfig.json']

/** bin/*.ts → dist/*.js, with packages left in node_modules. A tenth of a second, and only when something changed. */
export async function bundlePrograms() {
  await unlessDone('dist/.sources', fingerprint(['bin', ...shared]), async () => {
    const { build } = await import('esbuild')
    const programs = fs
      .readdirSync(path.join(root, 'bin'))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    await build({
      absWorkingDir: root,
      entryPoints: programs.map((file) => `bin/${file}`),
      outdir: 'dist',
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: true,
      logLevel: 'error',
    })
    // What a program of an earlier version left must not run in place of one that is missing.
    for (const file of fs.readdirSync(path.join(root, 'dist'))) {
      const program = /^(.+?)\.js(\.map)?$/.exec(file)?.[1]
      if (program && !programs.includes(`${program}.ts`)) fs.rmSync(path.join(root, 'dist', file))
    }
  })
}

/** Next's production build, when anything that it is made of changed. */
export async function buildPortal() {
  const sources = fingerprint([...portalOnly, ...shared])
  await unlessDone('.next/.sources', sources, nextBuild)
}

const otherBuildEndsWithinMs = 5 * 60_000
const lookAgainMs = 5_000

/** Next refuses a second build beside one that runs, also one that outlived a killed start: that one is waited for. */
async function nextBuild() {
  const what = 'building the portal'
  const env = { ...process.env, NODE_ENV: 'production' }
  const deadline = Date.now() + otherBuildEndsWithinMs
  for (let waits = 0; ; waits += 1) {
    const said = waits === 0 ? what : `${what}: another build runs in this folder, waiting for it`
    const { code, output } = await tryToEnd(said, process.execPath, ['node_modules/next/dist/bin/next', 'build'], env)
    if (code === 0) return
    if (!output.includes('Another next build process is already running') || Date.now() > deadline) {
      console.error(output.trimEnd())
      fail(`${what}: failed (exit code ${code}); what it said is above`)
    }
    await sleep(lookAgainMs)
  }
}
