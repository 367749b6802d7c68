'use client'

import { freeKinds, type LimitLine } from '#components/limits/limits-draft.ts'
import { limitWords } from '#components/keys/key-words.ts'
import { Button, IconButton } from '#components/ui/button.tsx'
import { NumberInput } from '#components/ui/number-input.tsx'
import { Select } from '#components/ui/select.tsx'
import type { LimitKind } from '#lib/limits/contract.ts'

type LimitLinesProps = {
  /** Whose they are, for those who hear the form: "all models", "claude-*". */
  readonly of: string
  readonly lines: readonly LimitLine[]
  readonly onChange: (lines: readonly LimitLine[]) => void
  readonly errorOf: (kind: LimitKind) => string | null
}

/** One line a limit: what is counted, and how much of it. */
export function LimitLines({ of, lines, onChange, errorOf }: LimitLinesProps) {
  const free = freeKinds(lines)
  const put = (index: number, change: Partial<LimitLine>) =>
    onChange(lines.map((line, i) => (i === index ? { ...line, ...change } : line)))
  return (
    <div className="grid min-w-0 gap-2">
      {lines.map(({ kind, text }, index) => {
        const error = errorOf(kind)
        const { name, unit } = limitWords[kind]
        return (
          // Not by its kind, which changes under the hand that chooses it.
          // oxlint-disable-next-line react/no-array-index-key
          <div key={index} className="grid min-w-0 gap-1">
            <div className="flex items-center gap-2">
              <Select
                aria-label={`What is limited, of ${of}`}
                className="min-w-0 flex-1"
                value={kind}
                onValueChange={(next) => put(index, { kind: next as LimitKind })}
                options={[kind, ...free].map((each) => ({ value: each, label: limitWords[each].name }))}
              />
              <NumberInput
                aria-label={`${name}, of ${of}`}
                aria-invalid={error !== null || undefined}
                aria-describedby={error === null ? undefined : `limit ${of} ${kind}`.replaceAll(' ', '-')}
                className="w-40 flex-none phone:w-28"
                unit={unit || null}
                value={text}
                onValueChange={(next) => put(index, { text: next })}
              />
              <IconButton
                icon="x"
                variant="quiet"
                label={`Take away ${name.toLowerCase()}, of ${of}`}
                onClick={() => onChange(lines.filter((_, i) => i !== index))}
              />
            </div>
            {error === null ? null : (
              <p id={`limit ${of} ${kind}`.replaceAll(' ', '-')} className="text-xs text-bad-ink">
                {error}
              </p>
            )}
          </div>
        )
      })}
      {free[0] === undefined ? null : (
        <Button
          size="small"
          icon="plus"
          className="justify-self-start"
          aria-label={`Add a limit, of ${of}`}
          onClick={() => onChange([...lines, { kind: free[0]!, text: '' }])}
        >
          Add a limit
        </Button>
      )}
    </div>
  )
}
