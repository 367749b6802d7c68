'use client'

import { useState } from 'react'
import { Button, IconButton } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'

type EntryListProps = {
  readonly label: string
  /** What an entry looks like: "10.0.0.0/8". */
  readonly example: string
  readonly help: string
  readonly values: readonly string[]
  readonly onChange: (values: readonly string[]) => void
  readonly error: string | null
  /** What an empty list means, where it says something. */
  readonly whenEmpty?: string | undefined
}

/** A list of words that are typed one by one. */
export function EntryList({ label, example, help, values, onChange, error, whenEmpty }: EntryListProps) {
  const [text, setText] = useState('')
  function add() {
    const entries = text.split(/[\s,]+/).filter((entry) => entry !== '' && !values.includes(entry))
    if (entries.length > 0) onChange([...values, ...new Set(entries)])
    setText('')
  }
  return (
    <div className="grid gap-2">
      <Field
        label={label}
        help={help}
        error={error}
        warning={values.length === 0 ? whenEmpty : undefined}
        className="max-w-md"
      >
        <Input
          mono
          value={text}
          placeholder={example}
          maxLength={2000}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault()
            add()
          }}
        />
      </Field>
      <div className="flex flex-wrap items-center gap-1.5">
        <Button size="small" disabled={text.trim() === ''} onClick={add}>
          Add
        </Button>
        <ul className="contents" aria-label={label}>
          {values.map((value) => (
            <li
              key={value}
              className="inline-flex h-7 items-center gap-1.5 rounded-2 border border-line-strong pr-0.5 pl-2 text-xs"
            >
              <span className="mono">{value === '*' ? '* (all)' : value}</span>
              <IconButton
                icon="x"
                size="small"
                label={`Remove ${value}`}
                onClick={() => onChange(values.filter((other) => other !== value))}
              />
            </li>
          ))}
        </ul>
      </div>
    </div>
  )
}
