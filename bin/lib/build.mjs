// What npm packages cannot bring ready-made: our programs as plain JavaScript, and Next's production build.
import fs from 'node:fs'
import path from 'node:path'
import { fingerprint, unlessDone } from './fingerprint.mjs'
import { root, runToEnd } from './terminal.mjs'

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
  const sources = fingerprint(['app', 'components', 'public', 'next.config.mjs', 'postcss.config.mjs', ...shared])
  await unlessDone('.next/.sources', sources, () =>
    runToEnd('building the portal', process.execPath, ['node_modules/next/dist/bin/next', 'build'], {
      ...process.env,
      NODE_ENV: 'production',
    }),
  )
}
