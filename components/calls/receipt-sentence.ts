/* A call in two sentences: what came of it and what it cost, then how much and how long. */
import { costWords, isUnpriced } from '#components/calls/call-cost.ts'
import { tokensIn, tokensOut } from '#components/calls/tokens.ts'
import { formatCount, formatLatency } from '#components/ui/format.ts'
import type { Receipt } from '#lib/reports/calls-contract.ts'

type Facts = Pick<
  Receipt,
  'outcome' | 'model' | 'key' | 'costUsd' | 'unpriced' | 'estimated' | 'tokens' | 'timing' | 'attempts'
>

export type ReceiptSentence = { readonly lede: string; readonly second: string }

export function receiptSentence(facts: Facts): ReceiptSentence {
  const model = facts.model ?? 'The gateway'
  const who = facts.key?.name ?? 'a caller'
  const known = !isUnpriced(facts)
  const about = facts.estimated && facts.unpriced.length === 0 ? 'about ' : ''
  const cost = known ? `${about}${costWords(facts)}` : 'a cost that is not known'
  const took = formatLatency(facts.timing.totalMs)
  const used = `${formatCount(tokensIn(facts.tokens))} tokens in and ${formatCount(tokensOut(facts.tokens))} out`
  switch (facts.outcome) {
    case 'served':
      return {
        lede: `${model} answered ${who} ${known ? 'for' : 'at'} ${cost}`,
        second: `${used}, in ${took}${gatewayShare(facts)}.`,
      }
    case 'refused':
      return {
        lede: `${who} was refused before any provider was called`,
        second: `Nothing was charged. It took ${took}.`,
      }
    case 'failed':
      return {
        lede: `No provider answered ${who} for ${model}`,
        second: `${tries(facts)} in ${took}. ${facts.costUsd === '0' ? 'Nothing was charged.' : `It cost ${cost}.`}`,
      }
    case 'aborted':
      return { lede: `${who} went away while ${model} was answering, at ${cost}`, second: `${used}, in ${took}.` }
    case 'cut':
      return { lede: `The stream of ${model} to ${who} broke, at ${cost}`, second: `${used}, in ${took}.` }
    case 'interrupted':
      return { lede: `The gateway stopped while ${model} was answering ${who}, at ${cost}`, second: `${used}.` }
  }
}

function gatewayShare({ timing }: Facts): string {
  return timing.admittedMs === null ? '' : `, of which admission took ${formatLatency(timing.admittedMs)}`
}

function tries({ attempts }: Facts): string {
  return attempts.length === 1 ? 'One attempt' : `${attempts.length} attempts`
}
