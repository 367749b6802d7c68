/** The product's programs as real processes, to be killed, stopped and told to go. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

export type ProductProcess = {
  /** Where it listens; '' for a worker. */
  readonly url: string
  signal(signal: NodeJS.Signals): void
  /** Its exit code, or null where a signal ended it. */
  readonly exited: Promise<number | null>
}

const readyLine = /ready(?: on (\S+))?/
const startWithinMs = 60_000

/** Starts bin/<program>.ts and waits until it can serve. A gateway takes a free port. */
export async function startProcess(
  program: 'gateway' | 'worker',
  env: Readonly<Record<string, string>>,
): Promise<ProductProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', `bin/${program}.ts`], {
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  let output = ''
  const url = new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the ${program} was not ready in time: ${output}`)), startWithinMs)
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const line = readyLine.exec(output)
      if (line && output.includes('\n')) resolve(line[1] ?? '')
    })
    void exited.then((code) => reject(new Error(`the ${program} ended with ${code}: ${output}`)))
    void exited.finally(() => clearTimeout(late))
  })
  return { url: await url, signal: (signal) => void child.kill(signal), exited }
}
