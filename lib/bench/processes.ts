/** The processes that the benchmark measures, each on a free loopback port, and the CPU time that each has used. */
import { spawn, type ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export type Running = {
  readonly name: string
  readonly url: string
  readonly pid: number
  stop(): Promise<void>
}

/** Starts a Node program and waits for a line on its output that matches `ready`, whose first group is the address. */
export function startProgram(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  ready: RegExp,
  cwd: string = process.cwd(),
  waitMs: number = 30_000,
): Promise<Running> {
  const child = spawn(process.execPath, [...args], {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? os.tmpdir(), NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return new Promise((resolve, reject) => {
    let output = ''
    const timer = setTimeout(() => fail(`was not ready in ${waitMs} ms`), waitMs)
    function fail(why: string): void {
      clearTimeout(timer)
      child.kill('SIGKILL')
      reject(new Error(`${name} ${why}\n${output.slice(-2_000)}`))
    }
    function read(chunk: Buffer): void {
      output = (output + chunk.toString('utf8')).slice(-8_000)
      const match = ready.exec(output)
      if (!match) return
      clearTimeout(timer)
      resolve({ name, url: match[1] ?? '', pid: child.pid ?? 0, stop: () => stop(child) })
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', (code) => fail(`ended with ${code}`))
  })
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 12_000)
  await ended
  clearTimeout(timer)
}

/** CPU time that a process has used so far, in microseconds, user and system (proc(5), fields 14 and 15). */
export function cpuMicros(pid: number): number {
  const fields = statOf(pid)
  return fields ? (Number(fields[11]) + Number(fields[12])) * (1_000_000 / ticksPerSecond) : Number.NaN
}

/** The same of a process and its children, those that have ended too (fields 16 and 17). */
export function cpuMicrosOfTree(pid: number): number {
  const fields = statOf(pid)
  if (!fields) return Number.NaN
  const ended = (Number(fields[13]) + Number(fields[14])) * (1_000_000 / ticksPerSecond)
  const children = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && statOf(Number(name))?.[1] === String(pid))
  return children.reduce((sum, child) => sum + cpuMicros(Number(child)), cpuMicros(pid) + ended)
}

/** proc(5)'s fields from the third on, behind the name, which may hold anything; null: there is no such process. */
function statOf(pid: number): string[] | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

/** Fixed at 100 on every Linux that Node supports. */
const ticksPerSecond = 100

/** A port that nobody uses now. */
export async function freePort(): Promise<number> {
  const net = await import('node:net')
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** Installs Portkey's gateway once, outside the project's own packages; null where the registry has no answer. */
export async function portkeyFolder(version: string): Promise<string | null> {
  const folder = path.join('.data', 'bench', `portkey-${version}`)
  const entry = path.join(folder, 'node_modules', '@portkey-ai', 'gateway')
  if (fs.existsSync(entry)) return path.resolve(entry)
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }')
  const install = spawn(
    'npm',
    ['install', '--no-audit', '--no-fund', '--ignore-scripts', `@portkey-ai/gateway@${version}`],
    {
      cwd: folder,
      stdio: 'ignore',
    },
  )
  const code = await new Promise<number | null>((resolve) => install.once('exit', resolve))
  return code === 0 && fs.existsSync(entry) ? path.resolve(entry) : null
}
