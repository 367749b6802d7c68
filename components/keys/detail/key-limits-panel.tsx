'use client'

import { LimitsForm } from '#components/limits/limits-form.tsx'
import { keyView, type KeyView } from '#lib/keys/contract.ts'

type KeyLimitsPanelProps = {
  readonly item: Pick<KeyView, 'id' | 'name' | 'limits' | 'profile'>
  readonly closeHref: string
}

/** The limits of a key for some models, by pattern. */
export function KeyLimitsPanel({ item, closeHref }: KeyLimitsPanelProps) {
  const { id, name, limits, profile } = item
  return (
    <LimitsForm
      title={`Limits of ${name} by model`}
      set={{ limits: {}, models: limits.models ?? {} }}
      ofAllModels={false}
      verdict={`What the key has for all models stays. Profile ${profile.name} holds these to its maxima too.`}
      target={{
        path: `/keys/${encodeURIComponent(id)}`,
        answer: keyView,
        bodyOf: (changes) => ({ limits: changes }),
        prefix: 'limits.',
      }}
      closeHref={closeHref}
    />
  )
}
