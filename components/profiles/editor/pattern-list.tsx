'use client'

import { useState } from 'react'
import type { ModelLists } from '#components/profiles/model-choice.ts'
import { Button, IconButton } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { Input } from '#components/ui/input.tsx'

type PatternListProps = {
  readonly lists: ModelLists
  readonly known: readonly string[]
  readonly onChange: (lists: ModelLists) => void
  readonly error: string | null
}

/** Patterns, and names that the catalogue does not have: what the list of models above cannot show. */
export function PatternList({ lists, known, onChange, error }: PatternListProps) {
  const [text, setText] = useState('')
  const isShown = (pattern: string) => pattern !== '*' && !known.includes(pattern)
  const shown = [
    ...lists.allow.filter(isShown).map((pattern) => ({ pattern, list: 'allow' as const })),
    ...lists.deny.filter(isShown).map((pattern) => ({ pattern, list: 'deny' as const })),
  ]
  function add(list: 'allow' | 'deny') {
    const pattern = text.trim()
    if (pattern === '' || lists[list].includes(pattern)) return
    onChange({ ...lists, [list]: [...lists[list], pattern] })
    setText('')
  }
  return (
    <div className="grid gap-2 pt-1">
      {shown.length > 0 ? (
        <ul className="flex flex-wrap gap-1.5" aria-label="Patterns">
          {shown.map(({ pattern, list }) => (
            <li
              key={`${list} ${pattern}`}
              className="inline-flex h-7 items-center gap-1.5 rounded-2 border border-line-strong pr-0.5 pl-2 text-xs"
            >
              <span className="text-ink-3">{list === 'allow' ? 'Allowed' : 'Not allowed'}</span>
              <span className="mono">{pattern}</span>
              <IconButton
                icon="x"
                size="small"
                label={`Remove ${pattern}`}
                onClick={() => onChange({ ...lists, [list]: lists[list].filter((other) => other !== pattern) })}
              />
            </li>
          ))}
        </ul>
      ) : null}
      <Field
        label="Name or pattern"
        meaning="* stands for anything within a part, as in claude-*"
        error={error}
        className="max-w-md"
      >
        <Input
          mono
          value={text}
          placeholder="claude-*"
          maxLength={120}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault()
            add('allow')
          }}
        />
      </Field>
      <div className="flex gap-2">
        <Button size="small" disabled={text.trim() === ''} onClick={() => add('allow')}>
          Allow
        </Button>
        <Button size="small" disabled={text.trim() === ''} onClick={() => add('deny')}>
          Do not allow
        </Button>
      </div>
    </div>
  )
}
