import type { Fault } from '#lib/faults/fault.ts'

export const diskFull: Fault = {
  id: 'F24',
  fault: 'the disk of a gateway is full',
  promise: 'calls are settled before they end; nothing lost; an alarm within 30 s',
  withinMs: 60_000,
  notBuilt: 'gateways have no spool on disk',
}
