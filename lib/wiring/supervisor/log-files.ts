/** The logs of the product's processes: one file each, the one before kept, neither beyond a bound. */
import fs from 'node:fs/promises'
import path from 'node:path'

/** A log that grows beyond this is set aside as `.1` and begins anew. */
const maxBytes = 64 * 1024 * 1024
const lookEveryMs = 30_000

/** Sets the logs of the last start aside. */
export async function beginLogs(folder: string): Promise<void> {
  await fs.mkdir(folder, { recursive: true })
  for (const name of await fs.readdir(folder)) {
    if (name.endsWith('.log')) await fs.rename(path.join(folder, name), path.join(folder, `${name}.1`))
  }
}

/** Watches the sizes; returns what ends the watching. */
export function boundLogs(folder: string): () => void {
  const timer = setInterval(() => void trim(folder).catch(() => {}), lookEveryMs)
  timer.unref()
  return () => clearInterval(timer)
}

async function trim(folder: string): Promise<void> {
  for (const name of await fs.readdir(folder)) {
    const file = path.join(folder, name)
    if (!name.endsWith('.log') || (await fs.stat(file)).size <= maxBytes) continue
    // The writers hold the file open and append: it is copied and emptied, not renamed.
    await fs.copyFile(file, `${file}.1`)
    await fs.truncate(file)
  }
}
