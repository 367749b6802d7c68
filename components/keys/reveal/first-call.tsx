'use client'

import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useState, type ReactNode } from 'react'
import * as z from 'zod'
import { costWords, isUnpriced } from '#components/calls/call-cost.ts'
import { sendTestCall, type TestCall } from '#components/keys/reveal/send-test-call.ts'
import { ApiProblem, readApi } from '#components/query/api.ts'
import { queryKeys } from '#components/query/keys.ts'
import { Button } from '#components/ui/button.tsx'
import { cn } from '#components/ui/cn.ts'
import { formatLatency, formatTokens } from '#components/ui/format.ts'
import { Glyph } from '#components/ui/glyph.tsx'
import { useHotkey } from '#components/ui/hotkeys.ts'
import { Link } from '#components/ui/link.tsx'
import { units } from '#lib/catalog/contract.ts'

/** What this place needs to know of a settled call. */
const settledCall = z.object({
  id: z.string(),
  status: z.number(),
  costUsd: z.string(),
  unpriced: z.array(z.enum(units)),
})
const firstCalls = z.object({ data: z.array(settledCall).max(1) })

const everyMs = 2_000

type FirstCallProps = {
  readonly keyId: string
  readonly secret: string
  /** Null where the key can call nothing that answers text. */
  readonly model: string | null
  /** `t` sends one. Off inside a panel, where single keys are off anyway. */
  readonly hotkey?: boolean
}

/** "Waiting for the first call", which turns into the call itself, whoever makes it; or one is sent from here. */
export function FirstCall({ keyId, secret, model, hotkey = false }: FirstCallProps) {
  const [sent, setSent] = useState<TestCall | null>(null)
  const [isSending, setSending] = useState(false)
  const router = useRouter()
  const first = useQuery({
    queryKey: queryKeys.firstCall(keyId),
    queryFn: ({ signal }) => readApi(`/calls?filter[key]=${encodeURIComponent(keyId)}&limit=1`, firstCalls, signal),
    enabled: sent === null,
    refetchInterval: ({ state }) => (state.data?.data.length ? false : everyMs),
  })
  const arrived = sent === null ? first.data?.data[0] : undefined

  async function send() {
    if (model === null || isSending) return
    setSending(true)
    setSent(await sendTestCall(secret, model))
    setSending(false)
    router.refresh()
  }

  useHotkey('t', 'Send a test call', () => void send(), { disabled: !hotkey || model === null })
  const button =
    model === null ? null : (
      <Button size="small" icon="play" busy={isSending} onClick={send}>
        {sent || arrived ? 'Send another' : 'Send a test call'}
      </Button>
    )
  if (sent) {
    return (
      <Strip tone={sent.status >= 200 && sent.status < 300 ? 'ok' : 'bad'} action={button}>
        <SentCall call={sent} />
      </Strip>
    )
  }
  if (arrived) {
    const isServed = arrived.status < 400
    return (
      <Strip tone={isServed ? 'ok' : 'bad'} action={button}>
        <b>
          {isServed ? `The first call arrived, ${arrived.status}` : `The first call was refused, ${arrived.status}`}
        </b>{' '}
        {isServed ? (
          <span className="text-ink-2">{isUnpriced(arrived) ? 'and is not priced' : `for ${costWords(arrived)}`}.</span>
        ) : null}{' '}
        <Link href={`/calls/${arrived.id}`}>Receipt</Link>
      </Strip>
    )
  }
  return (
    <Strip tone="waiting" action={button}>
      <b>Waiting for the first call</b> <span className="text-ink-2">It shows here the moment it arrives.</span>
    </Strip>
  )
}

const tones = {
  waiting: {
    ground: 'border-accent-line bg-accent-soft',
    glyph: 'dot',
    color: 'text-accent-ink animate-pulse motion-reduce:animate-none',
  },
  ok: { ground: 'border-ok-line bg-ok-soft', glyph: 'dot', color: 'text-ok' },
  bad: { ground: 'border-bad-line bg-bad-soft', glyph: 'cross', color: 'text-bad' },
} as const

type StripProps = { readonly tone: keyof typeof tones; readonly action: ReactNode; readonly children: ReactNode }

function Strip({ tone, action, children }: StripProps) {
  const { ground, glyph, color } = tones[tone]
  return (
    <div className={cn('flex items-center gap-2.5 rounded-2 border px-3 py-2', ground)}>
      <Glyph name={glyph} className={color} />
      <div role="status" className="min-w-0 flex-1 [overflow-wrap:anywhere]">
        {children}
      </div>
      {action}
    </div>
  )
}

/** Status, time, tokens and cost of a call that was sent from here; what the model said below. */
export function SentCall({ call }: { readonly call: TestCall }) {
  const cost = useCost(call)
  if (call.status < 200 || call.status >= 300) {
    return (
      <>
        <b>{call.status === 0 ? 'No answer' : `Refused, ${call.status}`}</b>{' '}
        <span className="text-ink-2">{call.text}</span>{' '}
        {call.decisionId ? <Link href={`/decisions/${call.decisionId}`}>Why?</Link> : null}
      </>
    )
  }
  return (
    <>
      <b>It works, {call.status}</b>{' '}
      <span className="text-ink-2 tabular-nums">
        in {formatLatency(call.tookMs)}, {formatTokens(call.tokensIn, call.tokensOut)} tokens
        {cost === null ? '' : `, ${cost}`}
      </span>{' '}
      {cost !== null && call.id ? <Link href={`/calls/${call.id}`}>Receipt</Link> : null}
      <span className="block truncate text-xs text-ink-2">
        <span className="mono">{call.model}</span>: {call.text.trim() || 'no text'}
      </span>
    </>
  )
}

const settleTries = 20

/** The cost in words, once the call is settled: until then there is no receipt. */
function useCost(call: TestCall): string | null {
  const { data } = useQuery({
    queryKey: queryKeys.call(call.id ?? ''),
    queryFn: ({ signal }) => readApi(`/calls/${encodeURIComponent(call.id ?? '')}`, settledCall, signal),
    enabled: call.id !== null && call.status >= 200 && call.status < 300,
    retry: (count, error) => count < settleTries && error instanceof ApiProblem && error.status === 404,
    retryDelay: 500,
    staleTime: Infinity,
  })
  return data ? costWords(data) : null
}
