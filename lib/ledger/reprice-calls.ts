/**
 * Charges calls of the past by another price. Each call whose cost changes gets one adjustment with the difference; its
 * own row stays. The id of an adjustment follows from the call and the price, and what is right already is left alone, so
 * that a run may be broken off, repeated, or run twice at once. What was corrected by hand stays as it was corrected.
 */
import { recordAudit } from '#lib/audit/record-audit.ts'
import { nanosPerMillion, type NanosPerMillion, type TokenVector } from '#lib/catalog/contract.ts'
import { priceCall } from '#lib/catalog/rules/price-call.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { bookCorrections, moveBudgets } from '#lib/ledger/book-corrections.ts'
import type { RepriceInput, Repricing } from '#lib/ledger/corrections-contract.ts'
import { findAdjustments, findCallsOfModel, findPricesOfModel, type StoredRow } from '#lib/ledger/corrections-store.ts'
import { correctionId, correctionOf } from '#lib/ledger/rules/correction.ts'
import { addLines, linesBetween } from '#lib/ledger/rules/price-lines.ts'
import type { EventRow } from '#lib/ledger/rules/read-entry.ts'
import { decodeCursor, encodeCursor } from '#lib/management/page.ts'
import type { Context } from '#lib/platform/context.ts'
import type { SqlClient, SqlPool } from '#lib/platform/db.ts'
import { AppError, forbidden } from '#lib/platform/errors.ts'
import { usdOfNanos } from '#lib/platform/money.ts'

/** Calls at a time, and of one request: it ends within some seconds and says where to go on. */
const batch = 1_000
const mostBatches = 10

type Price = {
  readonly id: string
  readonly deploymentId: string | null
  readonly nanos: NanosPerMillion
  readonly fromMs: number
}

export async function repriceCalls(context: Context, actor: Actor, input: RepriceInput): Promise<Repricing> {
  const { sql } = context
  if (!may(actor, 'ledger.correct')) throw forbidden('Only administrators reprice calls.')
  const [from, to] = [new Date(input.from), new Date(input.to)]
  const priceOf = await choosePrices(context, input)
  if (!input.dryRun) await auditRepricing(context, actor, input)

  let after = input.cursor === undefined ? null : positionOf(input.cursor)
  let done = { calls: 0, adjusted: 0, withoutPrice: 0 }
  let difference = 0n
  let more = true
  const booked: EventRow[] = []
  for (let n = 0; more && n < mostBatches; n++) {
    const work = async (client: SqlPool | SqlClient) => {
      const calls = await findCallsOfModel(client, { model: input.model, from, to, after, limit: batch })
      const ids = calls.map(({ id }) => id)
      const adjustments = await findAdjustments(client, ids, from)
      const priced = calls.map((call) => repriced(call, adjustments.get(call.id) ?? [], priceOf(call), input.reason))
      return { calls, priced, rows: priced.filter((row) => typeof row === 'object') }
    }
    const { calls, priced, rows } = input.dryRun ? await work(sql) : await bookCorrections(context, work)
    if (!input.dryRun) booked.push(...rows)
    done = {
      calls: done.calls + calls.length,
      adjusted: done.adjusted + rows.length,
      withoutPrice: done.withoutPrice + priced.filter((row) => row === 'no price').length,
    }
    difference += rows.reduce((sum, { costNanos }) => sum + BigInt(costNanos), 0n)
    after = calls.at(-1) ?? after
    more = calls.length === batch
  }
  await moveBudgets(context, booked)
  return {
    dryRun: input.dryRun,
    ...done,
    differenceUsd: usdOfNanos(difference),
    doneUntil: after?.at.toISOString() ?? null,
    nextCursor: more && after ? encodeCursor('at', [after.at.getTime(), after.id]) : null,
  }
}

/** The adjustment of one call; 'right' where its cost is that already. */
function repriced(
  call: StoredRow,
  adjustments: readonly StoredRow[],
  price: Price | null,
  reason: string,
): EventRow | 'right' | 'no price' {
  if (!price) return 'no price'
  const bookings = [call, ...adjustments.filter(({ id }) => !id.startsWith('cor_'))]
  const tokens = bookings.reduce<TokenVector>((sum, booking) => addTokens(sum, booking.tokens), {})
  const cost = bookings.reduce((sum, { costNanos }) => sum + costNanos, 0n)
  const truth = priceCall(tokens, price.nanos)
  if (truth.costNanos === cost) return 'right'
  const lines = bookings.reduce<EventRow['priceLines']>((sum, { priceLines }) => addLines(sum, priceLines), [])
  // How often it was repriced before is part of the id: there and back again are two adjustments.
  const text = `${bookings.length} ${price.id} ${truth.costNanos - cost}`
  return correctionOf(call, bookings.at(-1)!, {
    id: correctionId('rep', call.id, text),
    code: 'repriced',
    reason,
    costNanos: truth.costNanos - cost,
    priceLines: linesBetween(truth.lines, lines),
    priceVersion: price.id,
  })
}

function addTokens(a: TokenVector, b: TokenVector): TokenVector {
  const sum = { ...a }
  for (const [unit, quantity] of Object.entries(b) as [keyof TokenVector, number][]) {
    sum[unit] = (sum[unit] ?? 0) + quantity
  }
  return sum
}

/** Which price each call is charged by. */
async function choosePrices({ sql }: Context, input: RepriceInput): Promise<(call: StoredRow) => Price | null> {
  const found = await findPricesOfModel(sql, input.model)
  if (!found) throw invalid('model', 'There is no model with this name in the catalogue.')
  if (Date.parse(input.from) >= Date.parse(input.to)) throw invalid('to', 'The end must lie after the beginning.')
  const prices = found.map((row): Price => {
    const nanos = nanosPerMillion.parse(row.nanosPerMillion)
    return { id: row.id, deploymentId: row.deploymentId, nanos, fromMs: row.effectiveFrom.getTime() }
  })
  const { priceVersion } = input
  if (priceVersion !== undefined) {
    const named = prices.find(({ id }) => id === priceVersion)
    if (!named) throw invalid('priceVersion', 'The model has no price with this id.')
    return () => named
  }
  const inForce = (deploymentId: string | null, atMs: number) =>
    prices.findLast((price) => price.deploymentId === deploymentId && price.fromMs <= atMs) ?? null
  return (call) => {
    const atMs = (call.effectiveAt ?? call.at).getTime()
    return (call.deploymentId === null ? null : inForce(call.deploymentId, atMs)) ?? inForce(null, atMs)
  }
}

async function auditRepricing({ db }: Context, actor: Actor, input: RepriceInput): Promise<void> {
  const { model, from, to, priceVersion = null, reason, cursor = null } = input
  await db.$transaction((tx) =>
    recordAudit(tx, actor, {
      action: 'ledger.reprice',
      targetType: 'model',
      targetId: model,
      targetName: model,
      summary: `repriced calls of ${model} from ${from} to ${to}: ${reason}`,
      after: { from, to, priceVersion, reason, cursor },
    }),
  )
}

function positionOf(cursor: string): { at: Date; id: string } {
  const [at, id] = decodeCursor(cursor, 'at', 2)
  return { at: new Date(Number(at)), id: String(id) }
}

function invalid(field: string, message: string): AppError {
  return new AppError('validation_failed', 'The calls cannot be repriced.', { errors: [{ field, message }] })
}
