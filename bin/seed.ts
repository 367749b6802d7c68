/** `npm run seed`: the demo organisation, once. Does nothing outside the demo, and nothing where it is there already. */
import { seedDemo } from '#lib/demo/organisation/seed-demo.ts'
import { systemClock } from '#lib/platform/clock.ts'
import { ConfigError, loadConfig, type Config } from '#lib/platform/config.ts'
import { openDatabase } from '#lib/platform/db.ts'
import { openRedis } from '#lib/platform/redis.ts'

function configuration(): Config {
  try {
    return loadConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    for (const problem of error.problems) console.error(problem)
    process.exit(1)
  }
}

const config = configuration()
if (!config.demo || config.simulatorUrl === null) {
  console.log('not in demo mode: nothing to seed')
} else {
  const startedMs = Date.now()
  // Seconds on a good day; on a machine that is busy with its first start, longer than a request may ever take.
  const { db, sql, close } = openDatabase(config.databaseUrl, 2, 0)
  const redis = openRedis(config.redisUrl, 'portal')
  const { seeded, events } = await seedDemo(
    { config, db, sql, redis, clock: systemClock },
    { simulatorUrl: config.simulatorUrl },
  )
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1)
  console.log(
    seeded ? `seeded the demo organisation with ${events} calls in ${seconds} s` : 'the demo organisation is there',
  )
  redis.disconnect()
  await close()
}
