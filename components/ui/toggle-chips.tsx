'use client'

import { cn } from '#components/ui/cn.ts'
import { Icon } from '#components/ui/icon.tsx'

export type ToggleChip = {
  readonly value: string
  readonly label: string
  /** May be chosen, but then someone has to say yes. */
  readonly needsApproval?: boolean
  readonly disabled?: boolean
}

export type ToggleChipsProps = {
  readonly label: string
  readonly options: readonly ToggleChip[]
  readonly values: readonly string[]
  readonly onValuesChange: (values: readonly string[]) => void
  readonly mono?: boolean
}

/** Any number of a few: models, tools. Boxes underneath, so that every key and screen reader knows them. */
export function ToggleChips({ label, options, values, onValuesChange, mono }: ToggleChipsProps) {
  const chosen = new Set(values)
  function toggle(value: string) {
    onValuesChange(
      chosen.has(value)
        ? values.filter((other) => other !== value)
        : options.map((option) => option.value).filter((other) => other === value || chosen.has(other)),
    )
  }
  return (
    <div role="group" aria-label={label} className="flex flex-wrap gap-1.5">
      {options.map((option) => {
        const on = chosen.has(option.value)
        return (
          <button
            key={option.value}
            type="button"
            role="checkbox"
            aria-checked={on}
            disabled={option.disabled}
            onClick={() => toggle(option.value)}
            className={cn(
              'inline-flex h-7 items-center gap-1.5 rounded-2 border border-line-strong px-[9px] text-xs text-ink-2 enabled:hover:bg-hover disabled:text-ink-disabled aria-checked:border-accent aria-checked:bg-accent-soft aria-checked:text-ink aria-checked:[&_svg]:text-accent-ink pointer-coarse:h-11',
              mono && 'font-mono leading-none',
              option.needsApproval && !on && 'border-dashed border-line-control',
              option.needsApproval &&
                on &&
                'border-warn bg-warn-soft aria-checked:border-warn aria-checked:bg-warn-soft',
            )}
          >
            {on ? <Icon name="check" size={14} /> : option.needsApproval ? <Icon name="lock" size={14} /> : null}
            {option.label}
            {option.needsApproval ? <span className="sr-only">, needs approval</span> : null}
          </button>
        )
      })}
    </div>
  )
}
