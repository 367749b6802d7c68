'use client'

import { useRouter } from 'next/navigation'
import { Suspense, useState, type ReactNode } from 'react'
import * as z from 'zod'
import { useSend } from '#components/admin/use-send.ts'
import { LimitLines } from '#components/limits/limit-lines.tsx'
import { changesOf, draftOf, mistakesOf, type LimitsDraft, type SetLimits } from '#components/limits/limits-draft.ts'
import { ModelLimits } from '#components/limits/model-limits.tsx'
import { problemsByField } from '#components/query/api.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { Field, FormProblems } from '#components/ui/field.tsx'
import { Verdict } from '#components/ui/note.tsx'
import { Panel, PanelFoot } from '#components/ui/panel.tsx'
import type { ScopeLimitsInput } from '#lib/limits/contract.ts'

type LimitsFormProps = {
  readonly title: string
  readonly set: SetLimits
  /** What the form begins with where nothing is set. */
  readonly begin?: LimitsDraft
  /** Without: only limits of some models are set here. */
  readonly ofAllModels?: boolean
  readonly verdict: ReactNode
  /** Where it is sent, and as what; null while that is not known. */
  readonly target: {
    readonly path: string
    readonly answer: z.ZodType
    readonly bodyOf: (changes: ScopeLimitsInput) => unknown
    /** What stands before a limit's own name in the answer's errors: `limits.`. */
    readonly prefix: string
  } | null
  /** What is missing before it can be sent. */
  readonly onMissing?: () => void
  readonly closeHref: string
  /** Above the limits: whose they are, how they stand. */
  readonly children?: ReactNode
  /** At the left of the buttons: taking all away. */
  readonly end?: ReactNode
}

const nothing = z.unknown()

/** Sets the limits of a scope or a key: those of all models, and those of some by pattern. */
export function LimitsForm({ title, set, begin, ofAllModels = true, verdict, target, ...rest }: LimitsFormProps) {
  const { onMissing, closeHref, children, end } = rest
  const router = useRouter()
  const [draft, setDraft] = useState(() => begin ?? draftOf(set))
  const [tried, setTried] = useState(false)
  const { send, busy, problem } = useSend(target?.answer ?? nothing)
  const mistakes = mistakesOf(draft)
  const refused = [...problemsByField(problem)].map(([field, { message, maximum }]) => {
    const most = typeof maximum === 'number' ? ` It allows ${maximum.toLocaleString('en-GB')}.` : ''
    return [field.slice(target?.prefix.length ?? 0), message + most] as const
  })
  const errors = new Map([...refused, ...(tried ? mistakes : [])])
  const wrong = errors.size + (tried && !target ? 1 : 0)
  const close = () => router.push(closeHref, { scroll: false })

  async function save() {
    setTried(true)
    if (!target) return onMissing?.()
    if (mistakes.size > 0) return
    const changes = changesOf(draft, set)
    if (Object.keys(changes).length === 0) return close()
    if (await send(target.path, { method: 'PATCH', body: target.bodyOf(changes) })) close()
  }

  return (
    <Panel
      title={title}
      closeHref={closeHref}
      foot={
        <PanelFoot
          start={wrong > 0 ? <FormProblems count={wrong} /> : end}
          verdict={<Verdict title="Calls obey it within 1 s">{verdict}</Verdict>}
        >
          <Button variant="quiet" onClick={close}>
            Cancel
          </Button>
          <Button variant="primary" type="submit" form="limits" busy={busy}>
            Save
          </Button>
        </PanelFoot>
      }
    >
      <form
        id="limits"
        className="contents"
        onSubmit={(event) => {
          event.preventDefault()
          void save()
        }}
      >
        {children}
        {ofAllModels ? (
          <Field group label="All models">
            <LimitLines
              of="all models"
              lines={draft.lines}
              onChange={(lines) => setDraft({ ...draft, lines })}
              errorOf={(kind) => errors.get(kind) ?? null}
            />
          </Field>
        ) : null}
        <Field group label="Some models" meaning="each pattern counts apart, beside all models">
          <ModelLimits models={draft.models} onChange={(models) => setDraft({ ...draft, models })} errors={errors} />
        </Field>
        {problem && refused.length === 0 ? (
          <Suspense>
            <ProblemNote error={problem} title="Nothing was changed." />
          </Suspense>
        ) : null}
      </form>
    </Panel>
  )
}
