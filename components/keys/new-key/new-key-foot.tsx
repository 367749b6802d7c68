'use client'

import { Suspense, type ReactNode } from 'react'
import { beyondOf, endOf, isAskable, isAskedKind, type Beyond } from '#components/keys/new-key/draft.ts'
import type { NewKeyOptions, ProfileChoice } from '#components/keys/new-key/options.ts'
import type { NewKeyForm } from '#components/keys/new-key/use-new-key.ts'
import { limitWords, periodWords, postureWords } from '#components/keys/key-words.ts'
import { ProblemNote } from '#components/query/problem-note.tsx'
import { Button } from '#components/ui/button.tsx'
import { FormProblems } from '#components/ui/field.tsx'
import { formatBigCount, formatDate, formatLimitMoney, plural } from '#components/ui/format.ts'
import { Verdict } from '#components/ui/note.tsx'
import { PanelFoot } from '#components/ui/panel.tsx'
import type { LimitKind } from '#lib/limits/contract.ts'

type FootProps = {
  readonly form: NewKeyForm
  readonly options: NewKeyOptions
  /** The id of the form that the button sends. */
  readonly formId: string
  readonly cancel: ReactNode
}

/** Says what will happen before the button is pressed. */
export function NewKeyFoot({ form, options, formId, cancel }: FootProps) {
  const beyond = beyondOf(form.draft, form.profile)
  const asks = beyond.length > 0 && !options.mayOverride && isAskable(form.draft, form.profile)
  return (
    <PanelFoot
      start={<FormProblems count={form.errors.size} />}
      verdict={
        form.isOneTooMany ? (
          <Verdict tone="warn" icon="clock" title="You have as many keys as your profile allows">
            {capital(approverWords(form.profile))} can say yes to one more. Or revoke one that is not needed.
          </Verdict>
        ) : form.problem ? (
          <Suspense>
            <ProblemNote error={form.problem} title="The key was not created." />
          </Suspense>
        ) : beyond.length > 0 ? (
          <BeyondVerdict beyond={beyond} profile={form.profile} mayOverride={options.mayOverride} asks={asks} />
        ) : (
          <Verdict icon="check" title="Ready at once">
            {effectOf(form, options.nowMs)}
          </Verdict>
        )
      }
    >
      {cancel}
      {form.isOneTooMany ? (
        <Button busy={form.isSending} onClick={() => void form.submit('one_more')}>
          Ask for one more
        </Button>
      ) : null}
      {asks && !isAskedKind(form.draft, form.profile) ? (
        <Button busy={form.isSending} onClick={() => void form.submit('within')}>
          Start with the maximum while I wait
        </Button>
      ) : null}
      <Button
        type="submit"
        form={formId}
        variant="primary"
        busy={form.isSending}
        aria-disabled={beyond.length > 0 && !options.mayOverride && !asks ? true : undefined}
      >
        {asks ? 'Ask for this' : 'Create key'}
      </Button>
    </PanelFoot>
  )
}

function BeyondVerdict({
  beyond,
  profile: choice,
  mayOverride,
  asks,
}: {
  readonly beyond: readonly Beyond[]
  readonly profile: ProfileChoice
  readonly mayOverride: boolean
  readonly asks: boolean
}) {
  const profile = choice.name
  const what = beyond.map(wordsOf).join('; ')
  if (mayOverride) {
    return (
      <Verdict tone="warn" icon="shield" title={`Goes beyond profile ${profile}`}>
        {capital(what)}. You may go further as an admin; the audit log keeps it as an override.
      </Verdict>
    )
  }
  if (asks) {
    return (
      <Verdict tone="warn" icon="clock" title={`Goes beyond profile ${profile}`}>
        {capital(what)}. {capital(approverWords(choice))} can say yes.
      </Verdict>
    )
  }
  return (
    <Verdict tone="warn" icon="lock" title={`Profile ${profile} does not allow this`}>
      {capital(what)}. Lower it to create the key.
    </Verdict>
  )
}

function approverWords({ approver }: ProfileChoice): string {
  return approver === 'admin' ? 'an admin' : 'your team lead or an admin'
}

function wordsOf({ field, maximum, kind }: Beyond): string {
  if (kind === 'names')
    return field === 'kind' ? 'a key of this kind has to be asked for' : `${maximum} not allowed yet`
  if (kind === 'money') return `spend is ${formatLimitMoney(maximum)} at most`
  if (kind === 'days') return `keys live ${plural(Number(maximum), 'day')} at most`
  const limit = field.slice('limits.'.length) as LimitKind
  return `${limitWords[limit].name.toLowerCase()}: ${formatBigCount(Number(maximum))} at most`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function effectOf({ draft, profile }: NewKeyForm, nowMs: number): string {
  const preset = profile.budget.default
  const spend = draft.amountUsd
    ? `It spends at most ${formatLimitMoney(draft.amountUsd)} ${periodWords[preset?.period ?? 'month']}, ${postureWords[preset?.posture ?? 'hard']}`
    : 'It has no cap of its own'
  const end =
    draft.days && Number(draft.days) >= 1 ? `ends by itself on ${formatDate(endOf(draft.days, nowMs))}` : 'has no end'
  return `Nobody is asked. ${spend}, and ${end}.`
}
