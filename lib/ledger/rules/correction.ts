/** The rows that correct a call: differences, never changes. Pure but for the hash. */
import type { StoredRow } from '#lib/ledger/corrections-store.ts'
import type { PriceLine } from '#lib/ledger/contract.ts'
import type { EventRow } from '#lib/ledger/rules/read-entry.ts'
import { sha256 } from '#lib/platform/crypto.ts'
import { decisionIdOf } from '#lib/platform/ids.ts'

/** adj: the truth of a call that was swept · rep: another price · cor: by hand. */
export type CorrectionPrefix = 'rep' | 'cor'

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'

/** An id that carries the call's time and follows from `text`: the same correction comes twice under one id. */
export function correctionId(prefix: CorrectionPrefix, callId: string, text: string): string {
  const time = callId.slice('call_'.length, 'call_'.length + 10)
  const digest = sha256(`${callId} ${text}`).subarray(0, 16)
  return `${prefix}_${time}${[...digest].map((byte) => alphabet[byte & 31]).join('')}`
}

export type Difference = {
  readonly id: string
  readonly code: 'repriced' | 'corrected'
  readonly reason: string
  readonly costNanos: bigint
  readonly priceLines: readonly PriceLine[]
  readonly priceVersion: string | null
}

/** The correcting row. It lies at the moment at which the call happened, and says of its end what `latest` says. */
export function correctionOf(call: StoredRow, latest: StoredRow, difference: Difference): EventRow {
  const { id, code, reason, costNanos, priceLines, priceVersion } = difference
  const { outcome, status, errorCode, estimated, estimatedWhy, timing } = latest
  return {
    ...call,
    id,
    at: (call.effectiveAt ?? call.at).toISOString(),
    effectiveAt: undefined,
    kind: 'adjustment',
    adjusts: call.id,
    outcome,
    status,
    errorCode,
    estimated,
    estimatedWhy,
    timing,
    tokens: {},
    inputTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    costNanos: costNanos.toString(),
    priceLines: [...priceLines],
    priceVersion,
    attempts: [],
    decision: { id: decisionIdOf(call.id), code, message: reason },
  }
}
