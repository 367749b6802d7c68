import { diffLines, type DiffLine } from '#components/audit/json-diff.ts'
import { cn } from '#components/ui/cn.ts'
import { ScrollRegion } from '#components/ui/scroll-region.tsx'
import { Section } from '#components/ui/section.tsx'
import type { AuditEntryView } from '#lib/audit/contract.ts'

const grounds: Record<DiffLine['sign'], string> = {
  '-': 'bg-bad-soft text-bad-ink',
  '+': 'bg-ok-soft text-ok-ink',
  ' ': 'text-ink-3',
}
const words: Record<DiffLine['sign'], string> = { '-': 'removed ', '+': 'added ', ' ': '' }

/** What was, and what is since. */
export function Change({ before, after }: Pick<AuditEntryView, 'before' | 'after'>) {
  const lines = diffLines(before, after)
  if (lines.length === 0) return null
  return (
    <Section title={before === null ? 'Detail' : 'Change'}>
      <ScrollRegion label="Change" className="max-h-80 rounded-3 border border-line py-1">
        <pre className="min-w-max font-mono text-xs">
          {lines.map((line, index) => (
            <span key={index} className={cn('flex gap-2 px-3 leading-6', grounds[line.sign])}>
              <span aria-hidden className="w-3 flex-none text-center">
                {line.sign === '-' ? '−' : line.sign}
              </span>
              <span className="sr-only">{words[line.sign]}</span>
              {line.text}
            </span>
          ))}
        </pre>
      </ScrollRegion>
    </Section>
  )
}
