/** What a gateway process has for its calls: filled once, in lib/wiring/gateway.ts. */
import type { DecidePorts } from '#lib/gateway/decide-call.ts'
import type { OncePorts } from '#lib/gateway/idempotency.ts'
import type { GatewayMetrics } from '#lib/gateway/metrics.ts'
import type { RunningCalls } from '#lib/gateway/running-calls.ts'
import type { Settlements } from '#lib/gateway/settlements.ts'
import type { UpstreamPools, UpstreamTimeouts } from '#lib/gateway/upstream.ts'
import type { Log } from '#lib/platform/log.ts'
import type { AccessTokens } from '#lib/providers/tokens/access-tokens.ts'
import type { Circuits } from '#lib/routing/circuits.ts'
import type { RetryBudget } from '#lib/routing/retry-budget.ts'

export type GatewayPorts = DecidePorts &
  OncePorts & {
    readonly pools: UpstreamPools
    readonly timeouts: UpstreamTimeouts
    readonly circuits: Circuits
    readonly retries: RetryBudget
    readonly accessTokens: AccessTokens
    readonly settlements: Settlements
    readonly running: RunningCalls
    readonly metrics: GatewayMetrics
    readonly log: Log
    /** The portal's address, for help links. */
    readonly helpBase: string
  }
