import { Acknowledge } from '#components/alerts/acknowledge.tsx'
import { alertWords } from '#components/alerts/alert-words.ts'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { plural } from '#components/ui/format.ts'
import { Note } from '#components/ui/note.tsx'
import type { AlertLevel, AlertView } from '#lib/alerts/contract.ts'

const tones = { notice: 'none', warning: 'warn', critical: 'bad' } as const
const gravity: Record<AlertLevel, number> = { critical: 0, warning: 1, notice: 2 }

type AlertStripsProps = {
  readonly alerts: readonly AlertView[]
  /** How many stand on the page; the rest is counted and linked. */
  readonly most?: number
  /** Names the subject: for pages that are not its own. */
  readonly named?: boolean
}

/** The gravest alerts about what a page shows, each with its one act. */
export function AlertStrips({ alerts, most = 2, named = false }: AlertStripsProps) {
  if (alerts.length === 0) return null
  const sorted = alerts.toSorted((a, b) => gravity[a.level] - gravity[b.level])
  const rest = sorted.length - most
  return (
    <div className="grid flex-none gap-2 border-b border-line px-(--gutter) py-3 phone:px-4">
      {sorted.slice(0, most).map((alert) => (
        <AlertStrip key={alert.id} alert={alert} named={named} />
      ))}
      {rest > 0 ? (
        <p className="text-xs text-ink-3">
          <ButtonLink size="small" variant="quiet" href="/alerts">
            {plural(rest, 'more alert')}
          </ButtonLink>
        </p>
      ) : null}
    </div>
  )
}

function AlertStrip({ alert, named }: { readonly alert: AlertView; readonly named: boolean }) {
  const { what, howFar, next, action } = alertWords(alert)
  return (
    <Note
      tone={tones[alert.level]}
      icon="bell"
      title={named ? `${alert.subject.name}: ${what}.` : `${what}.`}
      action={
        <>
          {alert.mayAcknowledge ? <Acknowledge id={alert.id} name={alert.subject.name} /> : null}
          {named ? (
            <ButtonLink size="small" href={action.href} aria-label={`${action.label}: ${alert.subject.name}`}>
              {action.label}
            </ButtonLink>
          ) : null}
        </>
      }
    >
      {howFar}. {next}
    </Note>
  )
}
