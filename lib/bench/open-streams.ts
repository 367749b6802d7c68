/** What a stream costs in memory while it is open. */
import fs from 'node:fs'
import { Pool } from 'undici'
import type { Contender } from '#lib/bench/world.ts'
import { idleStream } from '#lib/bench/shapes.ts'

export type OpenStreams = { readonly contender: string; readonly streams: number; readonly kibPerStream: number }

/** Opens streams until each has had its first event, and says by how much the process has grown (resident memory). */
export async function openStreams({ target, process }: Contender, streams: number): Promise<OpenStreams> {
  const before = residentKib(process.pid)
  const pool = new Pool(target.url, { connections: streams, pipelining: 1 })
  const leave: (() => void)[] = []
  const open = Array.from(
    { length: streams },
    () =>
      new Promise<void>((resolve, reject) => {
        pool.dispatch(
          {
            method: 'POST',
            path: target.path,
            headers: { 'content-type': 'application/json', ...target.headers },
            body: idleStream.body,
          },
          {
            onRequestStart: (controller) => void leave.push(() => controller.abort(new Error('done'))),
            onResponseStart(_controller, status) {
              if (status !== 200) reject(new Error(`status ${status}`))
            },
            onResponseData: () => resolve(),
            onResponseEnd: () => reject(new Error('the stream ended')),
            onResponseError: (_controller, error) => reject(error),
          },
        )
      }),
  )
  try {
    await Promise.all(open)
    // What was needed to open them is garbage by now; a while lets it be collected.
    await new Promise((resolve) => setTimeout(resolve, 3_000))
    return { contender: target.name, streams, kibPerStream: (residentKib(process.pid) - before) / streams }
  } finally {
    for (const one of leave) one()
    await pool.destroy()
  }
}

function residentKib(pid: number): number {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN)
}
