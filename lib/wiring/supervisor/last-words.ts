/** Why a process ended, as far as the end of its log tells. */
import fs from 'node:fs/promises'

const tailBytes = 8_192
const maxLength = 300

/** What it said last: of a stack the error with its message, of a JSON line the message; '' when it said nothing. */
export async function lastWords(file: string): Promise<string> {
  const lines = (await readTail(file)).split('\n').map((line) => line.trim())
  // PostgreSQL's errors are written with a small letter.
  const error = lines.findLastIndex((line) => /^(Uncaught )?[A-Za-z]*error(:| \[|$)/i.test(line))
  const words = error < 0 ? messageOf(lines.findLast(saysSomething) ?? '') : wholeMessage(lines.slice(error))
  return words.slice(0, maxLength)
}

/** The message of an error may go on over several lines, up to the stack or the error's fields. */
function wholeMessage(lines: readonly string[]): string {
  const end = lines.findIndex((line, index) => index > 0 && /^at |^\{$|^Node\.js v|^[a-z]+: /.test(line))
  return lines
    .slice(0, end < 0 ? undefined : end)
    .filter(Boolean)
    .join(' ')
}

// Around the error of a stack stand its frames, the source line with carets, and the version of Node.
function saysSomething(line: string): boolean {
  return line !== '' && !/^at |^Node\.js v|^[{}^\s]+$/.test(line)
}

function messageOf(line: string): string {
  try {
    const entry = JSON.parse(line) as { msg?: string; err?: { message?: string } }
    return entry.err?.message ?? entry.msg ?? line
  } catch {
    return line
  }
}

async function readTail(file: string): Promise<string> {
  const handle = await fs.open(file, 'r').catch(() => null)
  if (!handle) return ''
  try {
    const { size } = await handle.stat()
    const length = Math.min(size, tailBytes)
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length)
    return buffer.toString('utf8')
  } finally {
    await handle.close()
  }
}
