/** What the supervisor is told by its surroundings. */
import type { Environment } from '#lib/wiring/supervisor/complete-environment.ts'
import type { Mode, PlanProcesses } from '#lib/wiring/supervisor/plan-processes.ts'

export type Supervision = {
  readonly mode: Mode
  readonly root: string
  readonly env: Environment
  /** Aborted to stop: drain, then end. */
  readonly stop: AbortSignal
  /** Aborted when the operator will not wait for draining. */
  readonly stopAtOnce: AbortSignal
  readonly print: (line: string) => void
  readonly planProcesses: PlanProcesses
}
