import type { Fault } from '#lib/faults/fault.ts'

export const sentTwice: Fault = {
  id: 'F22',
  fault: 'a call is sent twice with one Idempotency-Key',
  promise: 'the provider is called once; the same answer, 409 while it runs, 422 for another body',
  withinMs: 30_000,
  notBuilt: 'gateways do not honour Idempotency-Key on calls (the management API does)',
}
