'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { AskButton } from '#components/admin/ask-button.tsx'
import { scopeLooks } from '#components/limits/limit-words.ts'
import { LimitsForm } from '#components/limits/limits-form.tsx'
import { LimitUses } from '#components/limits/limit-uses.tsx'
import { ScopeField, type ScopeDraft } from '#components/limits/scope-field.tsx'
import { Panel } from '#components/ui/panel.tsx'
import { scopeLimitsView, type ScopeLimitsView } from '#lib/limits/budget-contract.ts'
import type { ScopeLimitsInput } from '#lib/limits/contract.ts'

type Place = { readonly type: ScopeLimitsView['scope']['type']; readonly id: string }

const pathOf = ({ type, id }: Place) => `/scope-limits/${type}/${encodeURIComponent(id)}`
const asTheyAre = (changes: ScopeLimitsInput) => changes

type ScopeLimitsPanelProps = {
  readonly item: ScopeLimitsView
  readonly writes: boolean
  readonly closeHref: string
}

/** The limits of one scope: what is used of each, and the form for those who set them. */
export function ScopeLimitsPanel({ item, writes, closeHref }: ScopeLimitsPanelProps) {
  const router = useRouter()
  const { scope, limits, models } = item
  const word = scopeLooks[scope.type as keyof typeof scopeLooks].word
  const title = `Limits of ${scope.name}`
  if (!writes) {
    return (
      <Panel title={title} closeHref={closeHref}>
        <p className="text-ink-2">{word}. Counts all keys together.</p>
        <LimitUses item={item} />
      </Panel>
    )
  }
  return (
    <LimitsForm
      title={title}
      set={{ limits, models }}
      verdict="What was counted stays counted. A refused call burns nothing."
      target={{ path: pathOf(scope), answer: scopeLimitsView, bodyOf: asTheyAre, prefix: '' }}
      closeHref={closeHref}
      end={
        item.updatedAt === null ? null : (
          <AskButton
            label="Remove all"
            icon="trash"
            variant="danger"
            title={`Remove every limit of ${scope.name}?`}
            description="Keys keep their own limits, and those of what else they are in."
            effects={[{ icon: 'gauge', text: 'Nothing is counted for it from the next call on' }]}
            verb="Remove all"
            verbVariant="danger-solid"
            path={pathOf(scope)}
            method="PATCH"
            body={noneOf(item)}
            keep="to keep them"
            onDone={() => router.push(closeHref, { scroll: false })}
          />
        )
      }
    >
      <p className="text-ink-2">{word}. Counts all keys together.</p>
      <LimitUses item={item} />
    </LimitsForm>
  )
}

/** Null for all that there is. */
function noneOf({ limits, models }: ScopeLimitsView): ScopeLimitsInput {
  const none = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, null]))
  return { ...none(Object.keys(limits)), models: none(Object.keys(models)) }
}

/** Limits for a scope that has none yet; where it has some, those that are named here change and the others stay. */
export function NewScopeLimits({
  organisationId,
  closeHref,
}: {
  readonly organisationId: string
  readonly closeHref: string
}) {
  const [scope, setScope] = useState<ScopeDraft>({ type: 'team', id: '', environment: '' })
  const [missing, setMissing] = useState(false)
  const place = placeOf(scope, organisationId)
  return (
    <LimitsForm
      title="New limits"
      set={empty}
      begin={oneLine}
      verdict="A limit that the scope has already stays, unless it is named here."
      target={place && { path: pathOf(place), answer: scopeLimitsView, bodyOf: asTheyAre, prefix: '' }}
      onMissing={() => setMissing(true)}
      closeHref={closeHref}
    >
      <ScopeField scope={scope} onChange={setScope} error={missing && !place ? whatIsMissing(scope) : undefined} />
    </LimitsForm>
  )
}

const empty = { limits: {}, models: {} }
const oneLine = { lines: [{ kind: 'rpm' as const, text: '' }], models: [] }

/** Null until it is named in full. */
function placeOf({ type, id, environment }: ScopeDraft, organisationId: string): Place | null {
  const name = id.trim()
  if (type === 'organisation') return { type, id: organisationId }
  if (type === 'environment') return name && environment.trim() ? { type, id: `${name}:${environment.trim()}` } : null
  if (type === 'tag') return /^[^=]+=./.test(name) ? { type, id: name } : null
  return name ? { type, id: name } : null
}

function whatIsMissing({ type }: ScopeDraft): string {
  if (type === 'tag') return 'Name the tag and its value, such as customer=Acme.'
  if (type === 'environment') return 'Choose a team and name its environment.'
  return type === 'group' ? 'Name the group.' : 'Choose one.'
}
