'use client'

import { limitWords, periodWords } from '#components/keys/key-words.ts'
import type { Preview } from '#components/profiles/editor/use-preview.ts'
import { formatCount, plural } from '#components/ui/format.ts'
import { Link } from '#components/ui/link.tsx'
import { Note } from '#components/ui/note.tsx'
import { Facts, Rows, Section } from '#components/ui/section.tsx'
import { limitKinds } from '#lib/limits/contract.ts'
import { previewDays, type LimitChange, type PreviewedKey } from '#lib/policy/preview-contract.ts'

type PreviewPartProps = { readonly preview: Preview | null; readonly hasDraft: boolean; readonly failed: boolean }

const mostShown = 8

/** If this had been in force: what would have been refused, to whom, by which rule. */
export function PreviewPart({ preview, hasDraft, failed }: PreviewPartProps) {
  return (
    <Section title="If this had been in force" aside={`Last ${previewDays} days`}>
      <div aria-live="polite">
        {failed ? (
          <Note tone="warn" title="The calls could not be counted.">
            The change can still be applied. Change a value to count again.
          </Note>
        ) : hasDraft ? (
          <Counted preview={preview} />
        ) : (
          <p className="text-ink-3">Change a value to see whom it would have hit.</p>
        )}
      </div>
    </Section>
  )
}

function Counted({ preview }: { readonly preview: Preview | null }) {
  if (!preview) return <p className="text-ink-3">Counting…</p>
  const { keys, counted, isDone } = preview
  const sum = (of: (key: PreviewedKey) => number) => keys.reduce((total, key) => total + of(key), 0)
  const hit = keys.filter(({ refused }) => refused > 0).toSorted((a, b) => b.refused - a.refused)
  const limited = keys.filter(({ limits }) => limits.length > 0)
  return (
    <div className="grid gap-4">
      {isDone ? null : (
        <p className="text-ink-3">
          Counting, {formatCount(counted.keys)} of {plural(counted.keysOfProfile, 'key')}
        </p>
      )}
      {isDone && keys.length === 0 ? (
        <p>
          <b>Nobody would have noticed.</b>{' '}
          <span className="text-ink-2">
            {counted.calls === 0
              ? 'There were no calls.'
              : `Of ${plural(counted.calls, 'call')} none would have been refused.`}
          </span>
        </p>
      ) : (
        <Facts
          items={[
            {
              label: 'Calls refused',
              value: `${formatCount(sum(({ refused }) => refused))} of ${formatCount(counted.calls)}`,
            },
            ...(sum(({ allowed }) => allowed) > 0
              ? [{ label: 'Allowed instead', value: formatCount(sum(({ allowed }) => allowed)) }]
              : []),
            ...(sum(({ moved }) => moved) > 0
              ? [{ label: 'Served elsewhere', value: formatCount(sum(({ moved }) => moved)) }]
              : []),
            { label: 'Keys refused', value: `${formatCount(hit.length)} of ${formatCount(counted.keysOfProfile)}` },
            { label: 'Other limits', value: plural(limited.length, 'key') },
          ]}
        />
      )}
      {hit.length > 0 ? (
        <KeyRows
          title="Who would notice"
          keys={hit}
          of={(key) => `${formatCount(key.refused)} of ${formatCount(key.calls)}`}
        >
          {(key) => key.rules.map(({ rule, calls }) => `${rule.replaceAll('_', ' ')} ${formatCount(calls)}`).join(', ')}
        </KeyRows>
      ) : null}
      {limited.length > 0 ? (
        <KeyRows title="Whose limits change" keys={limited} of={() => null}>
          {(key) => key.limits.map(changeText).join(', ')}
        </KeyRows>
      ) : null}
      {counted.unknown > 0 ? (
        <p className="text-xs text-ink-3">
          {plural(counted.unknown, 'call')} of models that the catalogue does not have now: nobody can say.
        </p>
      ) : null}
      {counted.isWhole ? null : (
        <p className="text-xs text-ink-3">There was more traffic than could be counted at once: at least this much.</p>
      )}
    </div>
  )
}

type KeyRowsProps = {
  readonly title: string
  readonly keys: readonly PreviewedKey[]
  readonly of: (key: PreviewedKey) => string | null
  readonly children: (key: PreviewedKey) => string
}

function KeyRows({ title, keys, of, children }: KeyRowsProps) {
  return (
    <div className="grid gap-1">
      <h3 className="text-xs font-medium text-ink-3">{title}</h3>
      <Rows>
        {keys.slice(0, mostShown).map((key) => (
          <li key={key.id} className="grid gap-0.5 py-1.5">
            <span className="flex items-baseline gap-2">
              <Link href={`/keys/${key.id}/policy`} className="min-w-0 flex-1 truncate">
                {key.name}
              </Link>
              <span className="tabular-nums">{of(key)}</span>
            </span>
            <small className="text-ink-3">
              {key.team}: {children(key)}
            </small>
          </li>
        ))}
      </Rows>
      {keys.length > mostShown ? (
        <p className="text-xs text-ink-3">And {plural(keys.length - mostShown, 'key')} more</p>
      ) : null}
    </div>
  )
}

function changeText({ field, was, is }: LimitChange): string {
  const [part = '', name = ''] = field.split('.')
  const kind = limitKinds.find((each) => each === name)
  const words = part === 'limits' && kind ? limitWords[kind].name.toLowerCase() : `spend ${periodOf(name)}`
  return `${words} ${was ?? 'no limit'} → ${is ?? 'no limit'}`.replaceAll('_', ' ')
}

function periodOf(name: string): string {
  return (periodWords as Readonly<Record<string, string>>)[name] ?? name
}
