/** Why a process ended, as far as the end of its log tells. */
import fs from 'node:fs/promises'

const tailBytes = 8_192
const maxLength = 300

/** The last line that says something: of a stack its error, of a JSON line its message; '' when there is none. */
export async function lastWords(file: string): Promise<string> {
  const lines = (await readTail(file)).split('\n').map((line) => line.trim())
  const line =
    lines.findLast((each) => /^(Uncaught )?[A-Za-z]*Error\b/.test(each)) ?? lines.findLast(saysSomething) ?? ''
  return messageOf(line).slice(0, maxLength)
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
