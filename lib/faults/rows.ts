/** The matrix, in the order in which it is told. */
import type { Fault } from '#lib/faults/fault.ts'
import { openCapped } from '#lib/faults/rows/f01-open-capped.ts'
import { redisDown } from '#lib/faults/rows/f01-redis-down.ts'
import { redisSlow } from '#lib/faults/rows/f02-redis-slow.ts'
import { redisFlushed } from '#lib/faults/rows/f03-redis-flushed.ts'
import { redisForgets } from '#lib/faults/rows/f04-redis-forgets.ts'
import { redisFull } from '#lib/faults/rows/f05-redis-full.ts'
import { postgresDown } from '#lib/faults/rows/f06-postgres-down.ts'
import { postgresSlow } from '#lib/faults/rows/f07-postgres-slow.ts'
import { workerKilled } from '#lib/faults/rows/f08-worker-killed.ts'
import { sameBatch } from '#lib/faults/rows/f09-same-batch.ts'
import { gatewayKilled } from '#lib/faults/rows/f10-gateway-killed.ts'
import { rollingRestart } from '#lib/faults/rows/f11-rolling-restart.ts'
import { gatewayStopped } from '#lib/faults/rows/f12-gateway-stopped.ts'
import { wrongClocks } from '#lib/faults/rows/f20-wrong-clocks.ts'
import { periodsEnd } from '#lib/faults/rows/f21-periods-end.ts'
import { sentTwice } from '#lib/faults/rows/f22-sent-twice.ts'
import { deliveredAgain } from '#lib/faults/rows/f23-delivered-again.ts'
import { diskFull } from '#lib/faults/rows/f24-disk-full.ts'
import { revokedUnderLoad } from '#lib/faults/rows/f25-revoked-under-load.ts'
import { budgetRace } from '#lib/faults/rows/f26-budget-race.ts'
import { pricesChange } from '#lib/faults/rows/f27-prices-change.ts'
import { credentialsRotate } from '#lib/faults/rows/f28-credentials-rotate.ts'
import { gatewayCutOff } from '#lib/faults/rows/f29-gateway-cut-off.ts'

export const faults: readonly Fault[] = [
  redisDown,
  openCapped,
  redisSlow,
  redisFlushed,
  redisForgets,
  redisFull,
  postgresDown,
  postgresSlow,
  workerKilled,
  sameBatch,
  gatewayKilled,
  rollingRestart,
  gatewayStopped,
  wrongClocks,
  periodsEnd,
  sentTwice,
  deliveredAgain,
  diskFull,
  revokedUnderLoad,
  budgetRace,
  pricesChange,
  credentialsRotate,
  gatewayCutOff,
]
