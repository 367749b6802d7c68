'use client'

import { Counted } from '#components/admin/counted.tsx'
import type { Form } from '#components/profiles/editor/form.ts'
import { PatternList } from '#components/profiles/editor/pattern-list.tsx'
import { denyingPattern, withModel, type ModelLists } from '#components/profiles/model-choice.ts'
import { cn } from '#components/ui/cn.ts'
import { Icon } from '#components/ui/icon.tsx'
import { Note } from '#components/ui/note.tsx'
import { Segmented } from '#components/ui/radio-group.tsx'
import { Section } from '#components/ui/section.tsx'
import { Select } from '#components/ui/select.tsx'
import { isAllowed } from '#lib/policy/rules/patterns.ts'

export type ModelOption = { readonly name: string; readonly vendor: string; readonly price: string | null }

type ModelsPartProps = { readonly form: Form; readonly models: readonly ModelOption[] }

/** Which models keys on this profile may call: one by one, or by pattern. */
export function ModelsPart({ form, models }: ModelsPartProps) {
  const listsOf = (draft: Form['draft']): ModelLists => ({ allow: draft['models.allow'], deny: draft['models.deny'] })
  const lists = listsOf(form.draft)
  const inForce = listsOf(form.base)
  const allowed = models.filter(({ name }) => isAllowed(name, lists))
  const all = lists.allow.includes('*')

  function put(next: ModelLists) {
    form.set('models.allow', next.allow)
    form.set('models.deny', next.deny)
  }
  function chooseAll(everything: boolean) {
    const kept = lists.allow.filter((pattern) => pattern !== '*')
    if (everything) put({ allow: ['*'], deny: lists.deny })
    // What is allowed now stays allowed, by name.
    else
      put({
        allow: [...new Set([...kept, ...allowed.map(({ name }) => name)])],
        deny: lists.deny.filter((pattern) => pattern.includes('*')),
      })
  }

  return (
    <Section
      id="models"
      title={<Counted count={`${allowed.length} of ${models.length}`}>Models</Counted>}
      className="scroll-mt-4"
      end={
        <Segmented
          size="small"
          label="Models that come later"
          value={all ? 'all' : 'named'}
          onValueChange={(value) => chooseAll(value === 'all')}
          options={[
            { value: 'all', label: 'New ones allowed' },
            { value: 'named', label: 'Only those named' },
          ]}
        />
      }
    >
      {allowed.length === 0 ? (
        <Note tone="warn" title="No model is allowed.">
          Every call of every key on this profile is refused.
        </Note>
      ) : null}
      <ul>
        {models.map(({ name, price }) => {
          const on = isAllowed(name, lists)
          const was = isAllowed(name, inForce)
          const pattern = denyingPattern(name, lists.deny)
          return (
            <li
              key={name}
              className={cn(
                'flex min-h-9 items-center gap-3 border-b border-line py-1 last:border-b-0',
                on !== was && '-ml-3 border-l-2 border-l-accent pl-2.5',
              )}
            >
              <Icon name={on ? 'check' : 'x'} size={14} className={on ? 'text-ok-ink' : 'text-ink-3'} />
              <span className={cn('mono min-w-0 flex-1 truncate', on ? null : 'text-ink-2')}>
                {name}
                {on !== was ? (
                  <span className="ml-2 font-sans text-ink-3">was {was ? 'allowed' : 'not allowed'}</span>
                ) : null}
              </span>
              {price ? <span className="text-ink-2 tabular-nums phone:hidden">{price}</span> : null}
              {pattern ? (
                <span className="w-36 text-xs text-ink-3">
                  Denied by <span className="mono">{pattern}</span>
                </span>
              ) : (
                <Select
                  size="small"
                  className="w-36"
                  aria-label={`${name} is`}
                  value={on ? 'yes' : 'no'}
                  onValueChange={(value) => put(withModel(lists, name, value === 'yes'))}
                  options={[
                    { value: 'yes', label: 'Allowed' },
                    { value: 'no', label: 'Not allowed' },
                  ]}
                />
              )}
            </li>
          )
        })}
      </ul>
      <PatternList
        lists={lists}
        known={models.map(({ name }) => name)}
        onChange={put}
        error={form.errors.get('models.allow') ?? form.errors.get('models.deny') ?? null}
      />
    </Section>
  )
}
