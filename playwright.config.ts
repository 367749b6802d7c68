import { defineConfig, devices } from '@playwright/test'

// `npm test` chooses a free port and a folder that it throws away; alone, a folder that stays warm.
const port = process.env.E2E_PORT ?? '3100'
const dataDir = process.env.E2E_DATA_DIR ?? '.data/e2e'
const baseURL = `http://127.0.0.1:${port}`
const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  // One product serves all tests, on as few cores as a small machine has.
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  use: {
    ...devices['Desktop Chrome'],
    baseURL,
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-dev-shm-usage',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  webServer: {
    command: 'exec node bin/gatehouse.mjs start',
    url: `${baseURL}/readyz`,
    env: { PORT: port, GATEHOUSE_DATA_DIR: dataDir, NEXTAUTH_URL: baseURL },
    reuseExistingServer: process.env.E2E_PORT === undefined,
    // A first start on a busy machine: build, cluster, ninety days of usage.
    timeout: 600_000,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 30_000 },
    stdout: 'pipe',
  },
})
