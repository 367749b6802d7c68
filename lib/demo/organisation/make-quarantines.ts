/** What stands still in the demo, by whom, why and until when: one agent that went wrong, and its key. */
import { dayMs, found, type Company, type Person } from '#lib/demo/organisation/company.ts'
import type { NewQuarantine } from '#lib/quarantine/records-store.ts'

export type Quarantined = Omit<NewQuarantine, 'nowMs' | 'by'> & { readonly sinceMs: number; readonly by: Person }

/** The key goes on by itself in a week; its agent when somebody releases it. */
export function makeQuarantines({ keys, workloads, people }: Company, nowMs: number): Quarantined[] {
  const by = found(people, ({ email }) => email === 'ada@demo.test')
  return keys.flatMap(({ id, name, status, statusReason, endedMs, workloadId }) => {
    if (status !== 'quarantined' || endedMs === null) return []
    const shared = { statusBefore: 'active', reason: statusReason, by }
    const workload = workloads.find((one) => one.id === workloadId && one.status === 'quarantined')
    return [
      { ...shared, subject: { type: 'key' as const, id, name }, sinceMs: endedMs, untilMs: nowMs + 7 * dayMs },
      ...(workload
        ? [
            {
              ...shared,
              subject: { type: 'workload' as const, id: workload.id, name: workload.name },
              sinceMs: endedMs + 90_000,
              untilMs: null,
            },
          ]
        : []),
    ]
  })
}
