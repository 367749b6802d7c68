/** The quickstarts as cases: the block of code on each page runs as it stands there, as whoever follows it would run it. */
import { spawn } from 'node:child_process'
import fs from 'node:fs/promises'
import path from 'node:path'
import type { At, Case, ProviderName } from './case.ts'
import { clientsFolder } from './clients-package.ts'

const folder = path.join('docs', 'quickstarts')

const providerOf: Readonly<Record<string, ProviderName>> = {
  'claude-code': 'anthropic',
  bedrock: 'anthropic',
  gemini: 'gemini',
  vertex: 'gemini',
}

export async function loadQuickstarts(): Promise<readonly Case[]> {
  const pages = (await fs.readdir(folder)).filter((file) => file.endsWith('.md')).toSorted()
  return Promise.all(
    pages.map(async (file) => {
      const { language, code } = onlyBlock(file, await fs.readFile(path.join(folder, file), 'utf8'))
      const provider = providerOf[path.basename(file, '.md')] ?? 'openai'
      return {
        client: 'quickstart',
        endpoint: path.basename(file, '.md'),
        provider,
        wire: provider,
        translated: false,
        stream: false,
        name: `the code of ${folder}/${file}`,
        expected: { result: { failure: null, answered: true } },
        run: (at: At) => runCode(language, code, at),
      }
    }),
  )
}

function onlyBlock(file: string, page: string): { language: string; code: string } {
  const blocks = [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)]
  const [, language, code] = blocks[0] ?? []
  if (blocks.length === 1 && language !== undefined && code !== undefined) return { language, code }
  throw new Error(`${folder}/${file} must have one block of code, and it has ${blocks.length}.`)
}

const programs: Readonly<Record<string, readonly [command: string, ...args: string[]]>> = {
  js: [process.execPath, '--input-type=module', '-'],
  sh: ['/bin/sh', '-eu'],
}

/** How the simulator begins every answer. */
const simulated = 'This is a simulated answer'

async function runCode(language: string, code: string, { anthropic: url, key }: At): Promise<object> {
  const program = programs[language]
  if (!program) throw new Error(`A block of code in ${language} cannot be run.`)
  const [command, ...args] = program
  const folders = [path.join(clientsFolder, 'stand-in'), path.dirname(process.execPath), process.env.PATH ?? '']
  const child = spawn(command, args, {
    cwd: clientsFolder,
    env: { NODE_ENV: 'production', PATH: folders.join(path.delimiter), GATEHOUSE_URL: url, GATEHOUSE_KEY: key },
    stdio: 'pipe',
  })
  let [output, errors] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')))
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')))
  child.stdin.end(code)
  const exitCode = await new Promise((resolve) => child.once('close', resolve))
  return {
    failure: exitCode === 0 ? null : `exit code ${String(exitCode)}: ${errors.slice(-500)}`,
    answered: output.includes(simulated),
  }
}
