/** The matrix, in the order in which it is told. */
import type { Fault } from '#lib/faults/fault.ts'
import { redisDown } from '#lib/faults/rows/f01-redis-down.ts'
import { redisFlushed } from '#lib/faults/rows/f03-redis-flushed.ts'
import { postgresDown } from '#lib/faults/rows/f06-postgres-down.ts'
import { workerKilled } from '#lib/faults/rows/f08-worker-killed.ts'
import { sameBatch } from '#lib/faults/rows/f09-same-batch.ts'
import { gatewayKilled } from '#lib/faults/rows/f10-gateway-killed.ts'
import { gatewayStopped } from '#lib/faults/rows/f12-gateway-stopped.ts'
import { deliveredAgain } from '#lib/faults/rows/f23-delivered-again.ts'
import { revokedUnderLoad } from '#lib/faults/rows/f25-revoked-under-load.ts'
import { budgetRace } from '#lib/faults/rows/f26-budget-race.ts'

export const faults: readonly Fault[] = [
  redisDown,
  redisFlushed,
  postgresDown,
  workerKilled,
  sameBatch,
  gatewayKilled,
  gatewayStopped,
  deliveredAgain,
  revokedUnderLoad,
  budgetRace,
]
