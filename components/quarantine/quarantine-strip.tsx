import { formatMoment } from '#components/ui/format.ts'
import { Note } from '#components/ui/note.tsx'
import type { QuarantineView } from '#lib/quarantine/contract.ts'

type QuarantineStripProps = {
  readonly quarantine: QuarantineView
  /** What its calls meet, and who releases it. */
  readonly effect: string
}

/** On the page of what is quarantined: who, why, since and until when. */
export function QuarantineStrip({ quarantine: { by, reason, since, until }, effect }: QuarantineStripProps) {
  const who = by.name === '' ? '' : ` by ${by.name}`
  const end = until === null ? 'until it is released' : `until ${formatMoment(Date.parse(until))}`
  return (
    <div className="flex-none border-b border-line px-(--gutter) py-3 phone:px-4">
      <Note tone="quar" role="note" title={`Quarantined${who} since ${formatMoment(Date.parse(since))}, ${end}.`}>
        {reason ? `Reason: ${reason}. ` : ''}
        {effect}
      </Note>
    </div>
  )
}
