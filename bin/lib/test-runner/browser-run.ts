/** Browser tests, by Playwright in a real Chromium, against a product that is started for them. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { variables } from '#lib/platform/config.ts'
import { freePort } from '#lib/platform/embedded/ports.ts'
import { findOrInstall, findProgram } from '#lib/platform/embedded/system-package.ts'
import { runProgram } from './run-program.ts'
import { withExitCode, type Tally } from './tally.ts'

type Report = { readonly stats: { readonly expected: number; readonly unexpected: number; readonly flaky: number } }

export async function runBrowserTests(folder: string, args: readonly string[]): Promise<Tally> {
  const chromium = await findChromium()
  if (chromium === null) {
    console.log(
      'FAILED  browser tests: Chromium is missing and could not be installed here. Install it (apt-get install chromium) or set CHROMIUM_PATH',
    )
    return { passed: 0, failed: 1 }
  }
  const reportFile = path.join(folder, 'playwright.json')
  const { exitCode } = await runProgram(
    ['node_modules/@playwright/test/cli.js', 'test', '--reporter=list,json', ...args],
    {
      output: 'show',
      env: {
        ...nothingConfigured,
        CHROMIUM_PATH: chromium,
        PLAYWRIGHT_JSON_OUTPUT_NAME: reportFile,
        E2E_PORT: String(await freePort()),
        E2E_DATA_DIR: path.join(folder, 'product'),
      },
    },
  )
  const text = await fs.readFile(reportFile, 'utf8').catch(() => null)
  return withExitCode(text === null ? { passed: 0, failed: 0 } : tallyOf(JSON.parse(text) as Report), exitCode)
}

// The product under test is the demo with services of its own, whatever this shell and .env are set up for.
const nothingConfigured = Object.fromEntries(Object.keys(variables.shape).map((name) => [name, '']))

/** A test that passed only when it was repeated has failed. */
export function tallyOf({ stats }: Report): Tally {
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky }
}

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']

async function findChromium(): Promise<string | null> {
  const given = process.env.CHROMIUM_PATH
  if (given) return (await fs.stat(given).catch(() => null)) ? given : null
  for (const name of names) {
    const program = await findProgram(name)
    if (program) return program
  }
  return findOrInstall({ program: 'chromium', apt: 'chromium' }, console.log)
}
