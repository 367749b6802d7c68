import { refusalWords } from '#components/admin/refusal-words.ts'
import { Link } from '#components/ui/link.tsx'
import { Rows, Section } from '#components/ui/section.tsx'
import { AllWell } from '#components/ui/states.tsx'
import { Time } from '#components/ui/time.tsx'
import type { CallItem } from '#lib/reports/calls-contract.ts'

type RecentRefusalsProps = { readonly keyId: string; readonly refusals: readonly CallItem[]; readonly nowMs: number }

/** The newest refused calls, each with the way to its reason. */
export function RecentRefusals({ keyId, refusals, nowMs }: RecentRefusalsProps) {
  return (
    <Section
      title="Recent refusals"
      end={refusals.length > 0 ? <Link href={`/keys/${keyId}/refusals`}>All</Link> : null}
    >
      {refusals.length === 0 ? (
        <AllWell>No call of this key was refused in the last 30 days</AllWell>
      ) : (
        <Rows className="-mt-2">
          {refusals.map((call) => (
            <li key={call.id} className="flex items-center gap-3 py-2">
              <Time at={Date.parse(call.at)} as="log" now={nowMs} className="w-24 flex-none text-ink-3 tabular-nums" />
              <span className="grid min-w-0 flex-1 leading-4">
                <span className="truncate">{refusalWords(call.errorCode ?? 'refused')}</span>
                <small className="mono truncate text-ink-2">{call.model ?? 'no model'}</small>
              </span>
              <Link href={`/decisions/${call.decisionId}`}>Why?</Link>
            </li>
          ))}
        </Rows>
      )}
    </Section>
  )
}
