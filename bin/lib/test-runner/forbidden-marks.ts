/** Marks of unfinished or switched-off work, and habits that a linter rule cannot say. */
import fs from 'node:fs/promises'
import path from 'node:path'

const folders = ['app', 'bin', 'components', 'e2e', 'lib', 'prisma']
const sources = /\.(tsx?|mjs|lua|css)$/
const generated = /(^|\/)(generated|node_modules)\//

type Mark = {
  readonly pattern: RegExp
  readonly advice: string
  /** Files that may. */
  readonly except?: RegExp
}

// Some are written with a class of one letter, so that this file is not its own first finding.
const marks: readonly Mark[] = [
  { pattern: /\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b/, advice: 'finish it, or leave it out' },
  { pattern: /\b(it|test|describe)\.(ski[p]|onl[y]|tod[o])\b/, advice: 'every test runs' },
  { pattern: /\bvi\.moc[k]\(/, advice: 'a fake at the port, not a module mock' },
  { pattern: /@ts-(ignor[e]|nochec[k])/, advice: 'types are checked' },
  {
    pattern: /^import \{[^}]*\bz\b[^}]*\} from 'zod'/,
    advice: "import * as z from 'zod': esbuild drops the unused part of a star import only",
  },
  { pattern: /from '\.\.?\//, advice: 'imports are #lib/… and #components/…', except: /^(app|bin|e2e)\// },
]

export async function findForbiddenMarks(): Promise<string[]> {
  const found: string[] = []
  for (const folder of folders) {
    for (const file of await sourceFiles(folder)) found.push(...marksIn(file, await fs.readFile(file, 'utf8')))
  }
  return found
}

async function sourceFiles(folder: string): Promise<string[]> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile() && sources.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name).replaceAll(path.sep, '/'))
    .filter((file) => !generated.test(file))
    .toSorted()
}

function marksIn(file: string, text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      marks
        .filter(({ pattern, except }) => pattern.test(line) && !except?.test(file))
        .map(({ advice }) => `${file}:${index + 1}: ${line.trim().slice(0, 80)} (${advice})`),
    )
}
