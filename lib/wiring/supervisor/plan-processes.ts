/** Which processes make up the product, and what each needs before it starts. */
import path from 'node:path'
import type { OneShotPlan, ProcessPlan } from '#lib/wiring/supervisor/node-process.ts'

export type Mode = 'start' | 'dev'

export type ProductSetting = {
  readonly mode: Mode
  readonly root: string
  readonly dataDir: string
  readonly host: string
  readonly ports: ProductPorts
  readonly demo: boolean
  /** What every process of the product finds in its environment. */
  readonly env: Readonly<Record<string, string | undefined>>
}

export type ProductPorts = {
  /** What people and clients use. */
  readonly front: number
  /** Next behind the front door; not used by `dev`. */
  readonly portal: number
  readonly identityProvider: number
  readonly simulator: number
}

export type Plan = {
  /** Work to be done once the database is migrated, and before anything that needs data. */
  readonly once: readonly OneShotPlan[]
  /** Processes that start at once. */
  readonly behind: readonly ProcessPlan[]
  /** Processes that start when the data is there. */
  readonly onData: readonly ProcessPlan[]
  /** Those that take calls: started with the data, and drained before all others. */
  readonly frontDoor: readonly ProcessPlan[]
}

export type PlanProcesses = (setting: ProductSetting) => Plan

export const localUrl = (port: number) => `http://127.0.0.1:${port}`

/** `http://host:port`, with IPv6 addresses in brackets and "every address" as this machine's own. */
export function urlOf(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}

export const planProcesses: PlanProcesses = (setting) => ({
  once: setting.demo ? [seed(setting)] : [],
  behind: [
    ...(setting.mode === 'dev' ? [] : [portal(setting)]),
    ...(setting.demo ? [simulator(setting), identityProvider(setting)] : []),
  ],
  onData: [worker(setting)],
  frontDoor: [setting.mode === 'dev' ? developmentPortal(setting) : frontDoor(setting)],
})

const program = ({ root }: ProductSetting, name: string) => [
  '--enable-source-maps',
  path.join(root, 'dist', `${name}.js`),
]
const next = ({ root }: ProductSetting) => path.join(root, 'node_modules', 'next', 'dist', 'bin', 'next')
const logFile = ({ dataDir }: ProductSetting, name: string) => path.join(dataDir, 'logs', `${name}.log`)

/** Does nothing where the demo organisation is already there. */
function seed(setting: ProductSetting): OneShotPlan {
  return {
    name: 'seed',
    title: 'filling the demo organisation with 90 days of usage',
    args: program(setting, 'seed'),
    env: { ...setting.env, NODE_ENV: 'production' },
    logFile: logFile(setting, 'seed'),
  }
}

function frontDoor(setting: ProductSetting): ProcessPlan {
  const { env, host, ports } = setting
  return {
    name: 'gateway',
    args: program(setting, 'gateway'),
    env: { ...env, NODE_ENV: 'production', GATEHOUSE_PORTAL_URL: localUrl(ports.portal) },
    ready: { kind: 'http', url: `${urlOf(host, ports.front)}/readyz` },
    readyWithinMs: 30_000,
    drainWithinMs: 20_000,
    logFile: logFile(setting, 'gateway'),
  }
}

function worker(setting: ProductSetting): ProcessPlan {
  return {
    name: 'worker',
    args: program(setting, 'worker'),
    env: { ...setting.env, NODE_ENV: 'production' },
    ready: { kind: 'message' },
    readyWithinMs: 30_000,
    drainWithinMs: 10_000,
    logFile: logFile(setting, 'worker'),
  }
}

function portal(setting: ProductSetting): ProcessPlan {
  const { env, ports } = setting
  return {
    name: 'portal',
    args: [
      next(setting),
      'start',
      '--hostname',
      '127.0.0.1',
      '--port',
      String(ports.portal),
      // The front door keeps connections open; Next must not close one just as the next request comes.
      '--keepAliveTimeout',
      '75000',
    ],
    env: { ...env, NODE_ENV: 'production', PORT: undefined },
    ready: { kind: 'http', url: `${localUrl(ports.portal)}/sign-in` },
    readyWithinMs: 60_000,
    drainWithinMs: 8_000,
    logFile: logFile(setting, 'portal'),
  }
}

function developmentPortal(setting: ProductSetting): ProcessPlan {
  const { env, host, ports } = setting
  return {
    name: 'portal',
    args: [next(setting), 'dev', '--hostname', host, '--port', String(ports.front)],
    env: { ...env, NODE_ENV: 'development' },
    // The first page is compiled while it is asked for.
    ready: { kind: 'http', url: `${urlOf(host, ports.front)}/readyz` },
    readyWithinMs: 120_000,
    drainWithinMs: 8_000,
    logFile: null,
  }
}

function simulator(setting: ProductSetting): ProcessPlan {
  const { env, ports } = setting
  return {
    name: 'simulator',
    args: program(setting, 'simulator'),
    env: { ...env, NODE_ENV: 'production', SIMULATOR_PORT: String(ports.simulator) },
    ready: { kind: 'http', url: `${localUrl(ports.simulator)}/_sim/totals` },
    readyWithinMs: 20_000,
    drainWithinMs: 5_000,
    logFile: logFile(setting, 'simulator'),
  }
}

function identityProvider(setting: ProductSetting): ProcessPlan {
  const { env, ports } = setting
  return {
    name: 'identity-provider',
    args: program(setting, 'identity-provider'),
    env: { ...env, NODE_ENV: 'production' },
    ready: { kind: 'http', url: `${localUrl(ports.identityProvider)}/.well-known/openid-configuration` },
    readyWithinMs: 20_000,
    drainWithinMs: 5_000,
    logFile: logFile(setting, 'identity-provider'),
  }
}
