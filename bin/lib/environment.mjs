// Values that need not be typed: those of .env, and those of the product that runs in this folder.
import fs from 'node:fs'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { root } from './terminal.mjs'

/** .env fills what the environment leaves open. */
export function loadDotEnv() {
  const file = path.join(root, '.env')
  if (fs.existsSync(file)) fill(parseEnv(fs.readFileSync(file, 'utf8')))
}

/** A process that is started alone works on the data of the product that runs here, unless it is told otherwise. */
export function attachToRunningProduct() {
  const folder = path.resolve(root, process.env.GATEHOUSE_DATA_DIR || '.data')
  const runtime = readJson(path.join(folder, 'runtime.json'))
  if (!runtime) return
  fill({ DATABASE_URL: runtime.databaseUrl, REDIS_URL: runtime.redisUrl, GATEHOUSE_SIMULATOR_URL: runtime.simulator })
  fill(readJson(path.join(folder, 'secrets.json')) ?? {})
}

// A variable that is set to nothing is set: `DATABASE_URL= npm start` means the embedded one, whatever .env says.
function fill(values) {
  for (const [name, value] of Object.entries(values)) {
    if (value && process.env[name] === undefined) process.env[name] = value
  }
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(file, 'utf8'))
  } catch {
    return null
  }
}
