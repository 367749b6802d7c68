/** A stored call in the API's words. */
import * as z from 'zod'
import { attempt, decision, timing, type TestedRule } from '#lib/ledger/contract.ts'
import type { StoredCorrection, StoredEvent } from '#lib/ledger/call-store.ts'
import type { SqlPool } from '#lib/platform/db.ts'
import { decisionIdOf } from '#lib/platform/ids.ts'
import { usdOfNanos } from '#lib/platform/money.ts'
import type { CallItem, Principal, Receipt, RuleView } from '#lib/reports/calls-contract.ts'
import { findNames } from '#lib/reports/names-store.ts'
import { lineUsd, receiptTokens, unpricedUnits } from '#lib/reports/rules/receipt.ts'

/** Names of whatever calls refer to, by kind and id. */
export type CallNames = (
  kind: 'key' | 'user' | 'team' | 'workload' | 'project' | 'cost_centre',
  id: string | null,
) => { id: string; name: string } | null

export async function namesOfCalls(sql: SqlPool, calls: readonly StoredEvent[]): Promise<CallNames> {
  const idsOf = {
    key: calls.map(({ keyId }) => keyId),
    user: calls.map(({ userId }) => userId),
    team: calls.map(({ teamId }) => teamId),
    workload: calls.map(({ workloadId }) => workloadId),
    project: calls.map(({ projectId }) => projectId),
    cost_centre: calls.map(({ costCentre }) => costCentre),
  }
  const kinds = Object.keys(idsOf) as (keyof typeof idsOf)[]
  const found = await Promise.all(
    kinds.map(
      async (kind) =>
        [
          kind,
          await findNames(
            sql,
            kind,
            idsOf[kind].filter((id) => id !== null),
          ),
        ] as const,
    ),
  )
  const names = new Map(found)
  return (kind, id) => (id === null ? null : { id, name: names.get(kind)?.get(id) ?? id })
}

export function callItemOf(call: StoredEvent, names: CallNames): CallItem {
  return {
    id: call.id,
    at: call.at.toISOString(),
    effectiveAt: call.effectiveAt?.toISOString() ?? null,
    outcome: call.outcome,
    status: call.status,
    errorCode: call.errorCode,
    decisionId: decisionIdOf(call.id),
    key: names('key', call.keyId),
    principal: principalOf(call, names),
    team: names('team', call.teamId),
    endpoint: call.endpoint,
    model: call.model ?? call.modelAsked,
    modelServed: call.modelServed,
    provider: call.provider,
    stream: call.stream,
    tokens: receiptTokens(call.tokens),
    costUsd: usdOfNanos(call.costNanos),
    unpriced: unpricedUnits(call.tokens, call.priceLines),
    estimated: call.estimated,
    userAgent: call.userAgent,
    totalMs: timing.parse(call.timing).totalMs,
  }
}

function principalOf({ workloadId, userId, teamId }: StoredEvent, names: CallNames): Principal | null {
  const workload = names('workload', workloadId)
  if (workload) return { type: 'workload', ...workload }
  const user = names('user', userId)
  if (user) return { type: 'user', ...user }
  const team = names('team', teamId)
  return team && { type: 'team', ...team }
}

export type ReceiptParts = {
  /** With its corrections. */
  readonly call: StoredEvent
  readonly corrections: readonly StoredCorrection[]
  readonly names: CallNames
  readonly profileName: string | null
}

export function receiptOf({ call, corrections, names, profileName }: ReceiptParts): Receipt {
  const judged = decision.parse(call.decision)
  const times = call.timing as Record<string, unknown>
  return {
    ...callItemOf(call, names),
    keyKind: call.keyKind,
    project: names('project', call.projectId),
    costCentre: names('cost_centre', call.costCentre),
    environment: call.environment,
    profile:
      call.profileId === null
        ? null
        : { id: call.profileId, name: profileName ?? call.profileId, version: judged.profileVersion },
    identityMethod: call.identityMethod,
    clientIp: call.clientIp,
    modelAsked: call.modelAsked,
    region: call.region,
    priceLines: call.priceLines.map((line) => ({
      unit: line.unit,
      quantity: line.quantity,
      usdPerMillion: usdOfNanos(BigInt(line.nanosPerMillion)),
      usd: lineUsd(line),
    })),
    priceVersion: call.priceVersion,
    estimatedWhy: call.estimatedWhy,
    // Which credential was used is nobody's business here.
    attempts: z
      .array(attempt)
      .parse(call.attempts)
      .map(({ credentialId: _, ...tried }) => tried),
    rules: judged.rules.map(ruleViewOf),
    degraded: judged.degraded,
    timing: { ...times, ...timing.parse(times) },
    tags: { ...call.tags },
    adjustments: corrections.map(({ id, kind, insertedAt, costNanos, priceVersion, decision: why }) => ({
      id,
      kind: kind === 'attempt' ? 'attempt' : 'adjustment',
      bookedAt: insertedAt.toISOString(),
      costUsd: usdOfNanos(costNanos),
      priceVersion,
      reason: isByPeople(id) ? decision.parse(why).message : null,
    })),
  }
}

/** Repriced or corrected by hand, and so with a reason. */
function isByPeople(id: string): boolean {
  return id.startsWith('rep_') || id.startsWith('cor_')
}

/** Amounts in nano-USD become USD; everything else stays as it was judged. */
export function ruleViewOf({ limit, used, held, unit, resetsAtMs, ...rule }: TestedRule): RuleView {
  const isMoney = unit === 'nanos'
  const shown = (value: number | string | null) => (isMoney && isWhole(value) ? usdOfNanos(BigInt(value)) : value)
  return {
    ...rule,
    limit: shown(limit),
    used: shown(used),
    held: shown(held),
    unit: isMoney ? 'USD' : unit,
    resetsAt: resetsAtMs === null ? null : new Date(resetsAtMs).toISOString(),
  }
}

function isWhole(value: number | string | null): value is number | string {
  return value !== null && /^-?\d+$/.test(String(value))
}
