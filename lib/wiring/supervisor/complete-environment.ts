/** The environment of the product's processes: what the operator set, checked, and what can be filled in by itself. */
import { demoMode, loadConfig } from '#lib/platform/config.ts'
import { demoSecrets } from '#lib/wiring/supervisor/demo-secrets.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export type GivenEnvironment = {
  readonly env: Environment
  readonly demo: boolean
  readonly host: string
  /** 0 means any free one. */
  readonly port: number
  readonly databaseUrl: string | null
  readonly redisUrl: string | null
}

/** Throws ConfigError with every problem; makes the demo's secrets on its first start. */
export async function completeEnvironment(given: Environment, dataDir: string): Promise<GivenEnvironment> {
  const env: Environment = { ...withoutEmpty(given), GATEHOUSE_DATA_DIR: dataDir }
  const demo = demoMode(env)
  // Embedded services get their addresses when they run; until then stand-ins let everything else be checked.
  const config = loadConfig({ ...embedded, ...(demo ? standIns : {}), ...env })
  return {
    env: demo ? { ...(await demoSecrets(dataDir)), ...env } : env,
    demo,
    host: config.host,
    port: config.port,
    databaseUrl: env.DATABASE_URL ?? null,
    redisUrl: env.REDIS_URL ?? null,
  }
}

const embedded = { DATABASE_URL: 'postgresql://embedded', REDIS_URL: 'redis://embedded' }
const anyKey = Buffer.alloc(32).toString('base64')
const standIns = { NEXTAUTH_SECRET: anyKey, GATEHOUSE_MASTER_KEY: anyKey, GATEHOUSE_KEY_PEPPER: anyKey }

// `FOO= npm start` and an empty line in .env mean the same as no value.
function withoutEmpty(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''))
}
