/** The folder that holds everything a clone makes: embedded data, secrets, logs, the lock. */
import fs from 'node:fs/promises'
import path from 'node:path'
import { StartError } from '#lib/platform/embedded/start-error.ts'

/** Its absolute path, once it has been seen to be writable. */
export async function openDataFolder(root: string, given: string | undefined): Promise<string> {
  const folder = path.resolve(root, given || '.data')
  const probe = path.join(folder, `.probe-${process.pid}`)
  try {
    await fs.mkdir(folder, { recursive: true })
    await fs.writeFile(probe, '')
    await fs.rm(probe)
    return folder
  } catch (error) {
    throw new StartError(
      `The folder ${folder} cannot be written (${(error as NodeJS.ErrnoException).code}): make it writable for this user, or set GATEHOUSE_DATA_DIR to another folder`,
      { cause: error },
    )
  }
}
