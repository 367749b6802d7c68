/**
 * A service runs apart from the process that started it, so that Ctrl-C does not reach it first. Where that process is
 * killed outright, nobody would ever stop the service: a watcher of a few kilobytes then does.
 */
import { spawn } from 'node:child_process'

export type Watched = {
  readonly pid: number
  /** Part of its command line: by the time the watcher acts, the id could be another program's. */
  readonly command: string
  readonly signal: 'INT' | 'TERM'
}

/** After its parent's death others may still be draining into the service. */
const graceSeconds = 15

// `read` ends when the parent does, for the parent holds the other end of the pipe.
const script = `read -r _
sleep ${graceSeconds}
{ cat "/proc/$0/cmdline" 2>/dev/null || ps -p "$0" -o args=; } | tr '\\0' ' ' | grep -qF -- "$1" && kill -s "$2" "$0"`

/** Returns what ends the watching. */
export function endWithParent({ pid, command, signal }: Watched): () => void {
  const watcher = spawn('/bin/sh', ['-c', script, String(pid), command, signal], {
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  watcher.on('error', () => {})
  watcher.unref()
  const { stdin } = watcher
  stdin.on('error', () => {})
  // A pipe is a socket to Node; it must not keep its process from ending.
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
  return () => watcher.kill()
}
