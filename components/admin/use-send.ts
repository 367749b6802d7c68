'use client'

import { useRouter } from 'next/navigation'
import { useRef, useState } from 'react'
import type * as z from 'zod'
import { ApiProblem, sendApi, type SendOptions } from '#components/query/api.ts'
import { newIdempotencyKey } from '#components/query/idempotency-key.ts'

export type Sender<Schema extends z.ZodType> = {
  /** Sends, then reads the page anew. Null, with words in `problem`, where it was refused. */
  readonly send: (
    path: string,
    options: Pick<SendOptions, 'method' | 'body'>,
  ) => Promise<{ readonly answer: z.output<Schema> } | null>
  readonly busy: boolean
  readonly problem: unknown
  readonly forget: () => void
}

/** One act on the management API. The same act sent twice, by a lost answer or a second press, is done once. */
export function useSend<Schema extends z.ZodType>(schema: Schema): Sender<Schema> {
  const router = useRouter()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const last = useRef<{ readonly wish: string; readonly key: string } | null>(null)

  return {
    busy,
    problem,
    forget: () => setProblem(null),
    send: async (path, options) => {
      if (busy) return null
      setBusy(true)
      setProblem(null)
      const wish = JSON.stringify([path, options])
      if (last.current?.wish !== wish) last.current = { wish, key: newIdempotencyKey() }
      try {
        const post = options.method === undefined || options.method === 'POST'
        const answer = await sendApi(path, schema, {
          ...options,
          ...(post ? { idempotencyKey: last.current.key } : {}),
        })
        last.current = null
        router.refresh()
        return { answer }
      } catch (error) {
        // What was refused was not done, and may be let through next time; only a lost answer is asked for again.
        if (error instanceof ApiProblem && error.status >= 400 && error.status < 500) last.current = null
        setProblem(error)
        return null
      } finally {
        setBusy(false)
      }
    },
  }
}
