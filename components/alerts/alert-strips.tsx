import { Acknowledge } from '#components/alerts/acknowledge.tsx'
import { alertWords } from '#components/alerts/alert-words.ts'
import { ExtendKey } from '#components/keys/acts/extend-key.tsx'
import { atItsAge } from '#components/keys/extension.ts'
import { ButtonLink } from '#components/ui/button-link.tsx'
import { plural } from '#components/ui/format.ts'
import { Note } from '#components/ui/note.tsx'
import type { AlertLevel, AlertView } from '#lib/alerts/contract.ts'

const tones = { notice: 'none', warning: 'warn', critical: 'bad' } as const
const gravity: Record<AlertLevel, number> = { critical: 0, warning: 1, notice: 2 }

/** To when keys that end can be extended by the reader, by their ids; null: their profiles let them live no longer. */
export type Extensions = ReadonlyMap<string, number | null>

type AlertNotesProps = {
  readonly alerts: readonly AlertView[]
  /** How many stand on the page; the rest is counted and linked. */
  readonly most?: number
  /** Names the subject: for pages that are not its own. */
  readonly named?: boolean
  /** Where the rest is. */
  readonly restHref?: string
  readonly extensions?: Extensions
}

/** The gravest alerts across the head of the page that they are about. */
export function AlertStrips(props: AlertNotesProps) {
  if (props.alerts.length === 0) return null
  return (
    <div className="grid flex-none gap-2 border-b border-line px-(--gutter) py-3 phone:px-4">
      <AlertNotes {...props} />
    </div>
  )
}

/** The gravest alerts, each with what to do about it. */
export function AlertNotes({ alerts, most = 2, named = false, restHref = '/alerts', extensions }: AlertNotesProps) {
  const sorted = alerts.toSorted((a, b) => gravity[a.level] - gravity[b.level])
  const rest = sorted.length - most
  return (
    <>
      {sorted.slice(0, most).map((alert) => (
        <AlertNote key={alert.id} alert={alert} named={named} extendToMs={extensions?.get(alert.subject.id)} />
      ))}
      {rest > 0 ? (
        <p className="text-xs text-ink-3">
          <ButtonLink size="small" variant="quiet" href={restHref}>
            {plural(rest, 'more alert')}
          </ButtonLink>
        </p>
      ) : null}
    </>
  )
}

type AlertNoteProps = {
  readonly alert: AlertView
  readonly named: boolean
  readonly extendToMs: number | null | undefined
}

function AlertNote({ alert, named, extendToMs }: AlertNoteProps) {
  const { id, kind, subject, level, mayAcknowledge } = alert
  const { what, howFar, next, action } = alertWords(alert)
  const ends = kind === 'key_ending'
  return (
    <Note
      tone={tones[level]}
      icon={kind === 'key_in_browser' ? 'globe' : ends ? 'clock' : 'bell'}
      title={named ? `${subject.name}: ${what}.` : `${what}.`}
      action={
        <>
          {mayAcknowledge ? <Acknowledge id={id} name={subject.name} /> : null}
          {ends && extendToMs != null ? <ExtendKey id={subject.id} toMs={extendToMs} /> : null}
          {named ? (
            <ButtonLink size="small" href={action.href} aria-label={`${action.label}: ${subject.name}`}>
              {action.label}
            </ButtonLink>
          ) : null}
        </>
      }
    >
      {howFar}. {ends && extendToMs === null ? atItsAge : next}
    </Note>
  )
}
