'use client'

import { LimitLines } from '#components/limits/limit-lines.tsx'
import { fieldOfModels, type ModelLines } from '#components/limits/limits-draft.ts'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'

type ModelLimitsProps = {
  readonly models: readonly ModelLines[]
  readonly onChange: (models: readonly ModelLines[]) => void
  /** By the field's name in the API: `models.claude-*.rpm`. */
  readonly errors: ReadonlyMap<string, string>
}

/** Limits of some models, by pattern; each counts beside the limits of all models. */
export function ModelLimits({ models, onChange, errors }: ModelLimitsProps) {
  const put = (index: number, change: Partial<ModelLines>) =>
    onChange(models.map((one, i) => (i === index ? { ...one, ...change } : one)))
  return (
    <div className="grid min-w-0 gap-3">
      {models.map(({ pattern, lines }, index) => {
        const field = fieldOfModels(pattern)
        return (
          // Patterns are typed, and may be empty or the same for a while: their place is their identity.
          // oxlint-disable-next-line react/no-array-index-key
          <fieldset key={index} className="grid min-w-0 gap-3 rounded-3 bg-sunken p-3">
            <legend className="sr-only">{pattern.trim() || 'New pattern'}</legend>
            <Field label="Models" meaning="a name, or a pattern with *" error={errors.get(field)}>
              <Input
                mono
                value={pattern}
                placeholder="claude-*"
                spellCheck={false}
                onChange={(event) => put(index, { pattern: event.target.value })}
              />
            </Field>
            <LimitLines
              of={pattern.trim() || 'the new pattern'}
              lines={lines}
              onChange={(next) => put(index, { lines: next })}
              errorOf={(kind) => errors.get(`${field}.${kind}`) ?? null}
            />
            <Button
              size="small"
              variant="quiet"
              icon="trash"
              className="justify-self-end"
              onClick={() => onChange(models.filter((_, i) => i !== index))}
            >
              Take {pattern.trim() || 'it'} away
            </Button>
          </fieldset>
        )
      })}
      <Button
        size="small"
        icon="plus"
        className="justify-self-start"
        onClick={() => onChange([...models, { pattern: '', lines: [{ kind: 'rpm', text: '' }] }])}
      >
        Add models
      </Button>
    </div>
  )
}
