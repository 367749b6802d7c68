/** Programs that the runner starts, all ended with it. */
import { spawn } from 'node:child_process'

export type ProgramResult = { readonly exitCode: number | null; readonly output: string }

export type ProgramOptions = {
  readonly env?: Readonly<Record<string, string | undefined>>
  /** `show` streams to the terminal, `keep` gives it back. */
  readonly output: 'show' | 'keep'
}

/** Runs a Node program of this project to its end. */
export async function runProgram(
  args: readonly string[],
  { env = {}, output }: ProgramOptions,
): Promise<ProgramResult> {
  const stdio = output === 'show' ? 'inherit' : 'pipe'
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', stdio, stdio],
  })
  const forward = (signal: NodeJS.Signals) => child.kill(signal)
  process.on('SIGTERM', forward)
  process.on('SIGINT', forward)
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (text += chunk))
  const exitCode = await new Promise<number | null>((resolve) => {
    child.once('close', resolve)
    child.once('error', (error) => {
      text += error.message
      resolve(null)
    })
  })
  process.off('SIGTERM', forward)
  process.off('SIGINT', forward)
  return { exitCode, output: text }
}
