/** Secrets of the demo: made once, kept in the data folder, readable by this user only. */
import { randomBytes } from 'node:crypto'
import fs from 'node:fs/promises'
import path from 'node:path'

const names = ['NEXTAUTH_SECRET', 'GATEHOUSE_MASTER_KEY', 'GATEHOUSE_KEY_PEPPER'] as const
type Secrets = Record<(typeof names)[number], string>

/** The stored secrets, completed by new ones where some are missing. */
export async function demoSecrets(dataDir: string): Promise<Secrets> {
  const file = path.join(dataDir, 'secrets.json')
  const stored = await fs.readFile(file, 'utf8').then(parse, () => ({}) as Partial<Secrets>)
  const secrets = Object.fromEntries(
    names.map((name) => [name, stored[name] ?? randomBytes(32).toString('base64')]),
  ) as Secrets
  if (names.some((name) => stored[name] === undefined)) {
    await fs.writeFile(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
    await fs.rename(`${file}.new`, file)
  }
  return secrets
}

// Renamed into place when complete, so a broken file is damage, not an unfinished start: say so, lose nothing.
function parse(text: string): Partial<Secrets> {
  return JSON.parse(text) as Partial<Secrets>
}
