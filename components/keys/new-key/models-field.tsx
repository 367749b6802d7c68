'use client'

import { useState } from 'react'
import { modelsOf } from '#components/keys/new-key/draft.ts'
import type { NewKeyForm } from '#components/keys/new-key/use-new-key.ts'
import { Button } from '#components/ui/button.tsx'
import { Field } from '#components/ui/field.tsx'
import { plural } from '#components/ui/format.ts'
import { ToggleChips } from '#components/ui/toggle-chips.tsx'

const shownFirst = 7

/** Fewer models make a key safer to lose; none chosen means all of the profile's. */
export function ModelsField({ form }: { readonly form: NewKeyForm }) {
  const [all, setAll] = useState(false)
  const models = modelsOf(form.draft, form.profile)
  const { askableModels } = form.profile
  const chosen = form.draft.models
  const shown =
    all || models.length <= shownFirst + 1
      ? models
      : models.filter(({ name }, index) => index < shownFirst || chosen.includes(name))
  const asked = askableModels.filter((name) => all || chosen.includes(name))
  const hidden = models.length - shown.length + askableModels.length - asked.length
  return (
    <Field
      label="Models"
      group
      meaning={
        chosen.length === 0 ? `All ${models.length} you may use` : `${chosen.length} of ${models.length} you may use`
      }
      help={
        chosen.length === 0
          ? `Choose some to narrow the key to them. Fewer models make a key safer to lose.${askableModels.length > 0 ? ' Those with a lock need a yes.' : ''}`
          : 'Only these. The key gets no other model, also later.'
      }
      error={form.errors.get('models')}
    >
      <div className="flex flex-wrap items-center gap-1.5 [&>[role=group]]:contents">
        <ToggleChips
          label="Models"
          mono
          values={chosen}
          options={[
            ...shown.map(({ name }) => ({ value: name, label: name })),
            ...asked.map((name) => ({ value: name, label: name, needsApproval: true })),
          ]}
          onValuesChange={(values) =>
            form.change({
              models: inOrder(values, [...models.map(({ name }) => name), ...askableModels]),
            })
          }
        />
        {hidden > 0 ? (
          <Button
            size="small"
            variant="quiet"
            onClick={() => setAll(true)}
            aria-label={`Show ${plural(hidden, 'more model', 'more models')}`}
          >
            +{hidden}
          </Button>
        ) : null}
        {chosen.length > 0 ? (
          <Button size="small" variant="quiet" onClick={() => form.change({ models: [] })}>
            All of them
          </Button>
        ) : null}
      </div>
    </Field>
  )
}

function inOrder(values: readonly string[], order: readonly string[]): readonly string[] {
  return order.filter((name) => values.includes(name))
}
