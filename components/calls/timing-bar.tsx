import { timingPhases, type Phase, type Timing } from '#components/calls/timing-phases.ts'
import { formatLatency } from '#components/ui/format.ts'
import { Legend } from '#components/ui/meter.tsx'

const colors: Record<Phase['id'], string> = {
  admission: 'var(--ink-3)',
  first: 'var(--meter-held)',
  stream: 'var(--meter-spent)',
}

/** The time of a call from end to end: what the gateway took, what the provider took to begin, what it took to finish. */
export function TimingBar({ timing, stream }: { readonly timing: Timing; readonly stream: boolean }) {
  const phases = timingPhases(timing, stream)
  const written = (phase: Phase) => formatLatency(phase.ms, phase.id === 'first' ? 'first token' : 'whole')
  return (
    <div className="grid gap-2.5">
      <span
        role="img"
        aria-label={phases.map((phase) => `${phase.label} ${written(phase)}`).join(', ')}
        className="flex h-2.5 gap-px overflow-hidden rounded-full bg-meter-track"
      >
        {phases.map((phase) => (
          // A step that took no time still leaves a mark: it happened.
          <span key={phase.id} className="min-w-0.5" style={{ flexGrow: phase.ms, background: colors[phase.id] }} />
        ))}
      </span>
      <Legend
        items={phases.map((phase) => ({ label: phase.label, figure: written(phase), color: colors[phase.id] }))}
      />
    </div>
  )
}
