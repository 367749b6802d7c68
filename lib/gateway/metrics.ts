/** What operators watch. Labels are bounded: codes, outcomes, providers, deployments; never keys or people. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client'
import type { WrittenEvent } from '#lib/ledger/contract.ts'
import type { OpenCircuit } from '#lib/routing/circuits.ts'

export type GatewayMetrics = {
  readonly registry: Registry
  ended(event: WrittenEvent): void
  refused(code: string): void
  /** A circuit of this provider kept a call away. */
  passedOver(provider: string): void
}

/** What the last reconciliation of budgets with the ledger found, and how many it has put right in all. */
export type BudgetDriftReading = { readonly driftNanos: number; readonly drifted: number; readonly repaired: number }

export function createMetrics(
  runningCalls: () => number,
  settlementsWaiting: () => number,
  openCircuits: () => readonly OpenCircuit[],
  budgetDrift: () => Promise<BudgetDriftReading>,
  spoolProblem: () => string | null,
  isRedisAway: () => boolean,
  unbooked: { count(): number; letGo(): number },
  redisMemoryRatio: () => Promise<number>,
  clockSkewMs: () => number,
): GatewayMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const calls = new Counter({
    name: 'gatehouse_calls_total',
    help: 'Calls that were let through, by outcome.',
    labelNames: ['outcome', 'provider'],
    registers: [registry],
  })
  const refusals = new Counter({
    name: 'gatehouse_refusals_total',
    help: 'Calls that were refused, by code.',
    labelNames: ['code'],
    registers: [registry],
  })
  const admission = new Histogram({
    name: 'gatehouse_admission_seconds',
    help: 'From arrival to admission: identity, policy, limits, budgets.',
    buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.25, 1],
    registers: [registry],
  })
  new Gauge({
    name: 'gatehouse_running_calls',
    help: 'Calls that run in this process.',
    registers: [registry],
    collect() {
      this.set(runningCalls())
    },
  })
  new Gauge({
    name: 'gatehouse_settlements_waiting',
    help: 'Settlements that Redis has not taken yet.',
    registers: [registry],
    collect() {
      this.set(settlementsWaiting())
    },
  })
  new Gauge({
    name: 'gatehouse_spool_broken',
    help: '1 while settlements that Redis does not take cannot be kept on disk either; the log says why.',
    registers: [registry],
    collect() {
      this.set(spoolProblem() === null ? 0 : 1)
    },
  })
  new Gauge({
    name: 'gatehouse_redis_away',
    help: '1 while Redis does not answer calls in time: keys are served by the degraded mode of their profile.',
    registers: [registry],
    collect() {
      this.set(isRedisAway() ? 1 : 0)
    },
  })
  const degraded = new Counter({
    name: 'gatehouse_degraded_calls_total',
    help: 'Calls that were let through while limits could not be checked.',
    registers: [registry],
  })
  new Gauge({
    name: 'gatehouse_unbooked_events',
    help: 'Usage events kept in memory in case Redis loses them: not booked yet, or for less than three seconds.',
    registers: [registry],
    collect() {
      this.set(unbooked.count())
    },
  })
  new Gauge({
    name: 'gatehouse_unbooked_let_go',
    help: 'Usage events that were too many to be kept in memory; since then Redis alone had them.',
    registers: [registry],
    collect() {
      this.set(unbooked.letGo())
    },
  })
  new Gauge({
    name: 'gatehouse_redis_memory_ratio',
    help: 'Memory that Redis uses, of what it may use at most. At 1 it takes nothing any more, and calls are refused.',
    registers: [registry],
    async collect() {
      this.set(await redisMemoryRatio())
    },
  })
  new Gauge({
    name: 'gatehouse_clock_skew_seconds',
    help: 'By how much the clock of this machine is ahead of that of Redis, by which calls go.',
    registers: [registry],
    collect() {
      this.set(clockSkewMs() / 1_000)
    },
  })
  new Gauge({
    name: 'gatehouse_open_circuits',
    help: 'Credentials with which a deployment is not called now: cooling where the provider said so, else open or half-open.',
    labelNames: ['provider', 'deployment', 'state'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { provider, deployment, state } of openCircuits()) this.inc({ provider, deployment, state })
    },
  })
  const driftGauge = (name: string, help: string, field: keyof BudgetDriftReading) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        this.set((await budgetDrift())[field])
      },
    })
  driftGauge(
    'gatehouse_budget_drift_nanos',
    'Nano-USD by which budgets in Redis differed from the ledger at the last reconciliation, up and down added.',
    'driftNanos',
  )
  driftGauge(
    'gatehouse_budgets_drifted',
    'Budgets that differed from the ledger at the last reconciliation.',
    'drifted',
  )
  driftGauge('gatehouse_budgets_repaired', 'Times that a budget in Redis was put right.', 'repaired')
  const passedOver = new Counter({
    name: 'gatehouse_passed_over_total',
    help: 'Times that a circuit led a call past a target, by the target’s provider.',
    labelNames: ['provider'],
    registers: [registry],
  })
  // Finding a counter by its labels costs more than counting.
  const counters = new Map<string, Counter.Internal>()
  const counterOf = (outcome: string, provider: string): Counter.Internal => {
    const name = `${outcome} ${provider}`
    let counter = counters.get(name)
    if (!counter) counters.set(name, (counter = calls.labels({ outcome, provider })))
    return counter
  }
  return {
    registry,
    ended(event) {
      counterOf(event.outcome, event.provider ?? 'none').inc()
      if (event.decision.degraded === true) degraded.inc()
      if (event.timing.admittedMs != null) admission.observe(event.timing.admittedMs / 1000)
    },
    refused: (code) => refusals.inc({ code }),
    passedOver: (provider) => passedOver.inc({ provider }),
  }
}
