import fs from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { lastWords } from '#lib/wiring/supervisor/last-words.ts'

let folder: string
beforeAll(async () => void (folder = await fs.mkdtemp(path.join(os.tmpdir(), 'gatehouse-words-'))))
afterAll(() => fs.rm(folder, { recursive: true, force: true }))

async function wordsOf(log: string): Promise<string> {
  const file = path.join(folder, 'process.log')
  await fs.writeFile(file, log)
  return lastWords(file)
}

const uncaught = `worker ready
/dist/worker.js:7
throw new Error('no queue')
^

Error: no queue
    at file:///dist/worker.js:7:7
    at node:internal/main/run_main_module:23:47

Node.js v20.20.2
`

const fromPostgres = `/node_modules/pg-pool/index.js:45
    Error.captureStackTrace(err)
          ^

error: terminating connection due to administrator command
    at Parser.parseErrorMessage (/node_modules/pg-protocol/dist/parser.js:285:98)
`

const overSeveralLines = `PrismaClientKnownRequestError: 
Invalid \`prisma.key.create()\` invocation:


write EPIPE
    at RequestHandler.handleRequestError (/client.ts:238:13)
  code: 'EPIPE',
  meta: undefined
}
`

describe('the last words of a process', () => {
  test.each([
    ['are the error of a stack', uncaught, 'Error: no queue'],
    [
      'are the whole message when it has several lines',
      overSeveralLines,
      'PrismaClientKnownRequestError: Invalid `prisma.key.create()` invocation: write EPIPE',
    ],
    ['are what PostgreSQL said', fromPostgres, 'error: terminating connection due to administrator command'],
    ['are the message of a JSON line', '{"level":50,"msg":"Redis is gone"}\n', 'Redis is gone'],
    ['are the cause in a JSON line, when it has one', '{"msg":"stopped","err":{"message":"no disk"}}\n', 'no disk'],
    ['are the last line of plain text', 'starting\nPORT: expected a number\n', 'PORT: expected a number'],
    ['are nothing when it said nothing', '\n', ''],
  ])('%s', async (_promise, log, expected) => {
    expect(await wordsOf(log)).toBe(expected)
  })
})
