/** `.data/runtime.json`: where the running product is, for scripts and tools. It holds passwords, so it is private. */
import fs from 'node:fs/promises'
import path from 'node:path'

export type Runtime = {
  readonly gateway: string
  readonly portal: string
  readonly simulator: string | null
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly pids: Readonly<Record<string, number>>
}

const fileOf = (dataDir: string) => path.join(dataDir, 'runtime.json')

/** Appears whole: a reader never sees half of it. */
export async function writeRuntime(dataDir: string, runtime: Runtime): Promise<void> {
  const file = fileOf(dataDir)
  await fs.writeFile(`${file}.new`, `${JSON.stringify(runtime, null, 2)}\n`, { mode: 0o600 })
  await fs.rename(`${file}.new`, file)
}

export async function removeRuntime(dataDir: string): Promise<void> {
  await fs.rm(fileOf(dataDir), { force: true })
}
