/** The product's programs as real processes, to be killed, stopped and told to go. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

export type ProductProcess = {
  /** Where it listens; '' for what does not. */
  readonly url: string
  readonly pid: number
  signal(signal: NodeJS.Signals): void
  /** Its exit code, or null where a signal ended it. */
  readonly exited: Promise<number | null>
}

const readyLine = /ready(?: on (\S+))?/
const startWithinMs = 60_000

/** Starts bin/<program>.ts and waits until it can serve. A gateway and a simulator take a free port. */
export function startProcess(
  program: 'gateway' | 'worker' | 'simulator',
  env: Readonly<Record<string, string>>,
): Promise<ProductProcess> {
  return startScript(`bin/${program}.ts`, [], env)
}

/** Starts a program that says `ready` on a line when it is, with its address where it has one. */
export async function startScript(
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ProductProcess> {
  const loader = script.endsWith('.ts') ? ['--import', 'tsx'] : []
  const child = spawn(process.execPath, [...loader, script, ...args], {
    env: { ...process.env, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit').then(([code]) => code as number | null)
  let output = ''
  const url = new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`${script} was not ready in time: ${output}`)), startWithinMs)
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString()
      const line = readyLine.exec(output)
      if (line && output.includes('\n')) resolve(line[1] ?? '')
    })
    void exited.then((code) => reject(new Error(`${script} ended with ${code}: ${output}`)))
    void exited.finally(() => clearTimeout(late))
  })
  return { url: await url, pid: child.pid!, signal: (signal) => void child.kill(signal), exited }
}
