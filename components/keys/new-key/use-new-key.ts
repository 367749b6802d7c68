'use client'

import { useRouter } from 'next/navigation'
import { useRef, useState } from 'react'
import * as z from 'zod'
import {
  beyondOf,
  emptyDraft,
  isAskable,
  isAskedKind,
  mistakesOf,
  modelsWithin,
  requestOf,
  withProfile,
  type KeyDraft,
} from '#components/keys/new-key/draft.ts'
import type { NewKeyOptions, ProfileChoice } from '#components/keys/new-key/options.ts'
import { ApiProblem, problemsByField, sendApi } from '#components/query/api.ts'
import { newIdempotencyKey } from '#components/query/idempotency-key.ts'
import type { MintedKey } from '#lib/keys/contract.ts'
import { createdKey, createdRequest, pendingKey, type PendingKey } from '#lib/requests/contract.ts'

/** Made, or made and waiting. */
const answer = z.union([createdKey, pendingKey])

/** A key that waits, as the panel tells of it. */
export type AskedKey = Pick<PendingKey, 'name' | 'key' | 'keyRequestId'>

/**
 * - `here`: at once, or asked for where it goes beyond the profile
 * - `within`: at once at the maximum, while what goes beyond waits for an answer
 * - `one_more`: asked for although there are as many as the profile allows
 */
export type Way = 'here' | 'within' | 'one_more'

export type NewKeyForm = {
  readonly draft: KeyDraft
  readonly profile: ProfileChoice
  readonly change: (part: Partial<KeyDraft>) => void
  readonly chooseProfile: (id: string) => void
  /** By the field's name in the API. */
  readonly errors: ReadonlyMap<string, string>
  readonly isSending: boolean
  /** What the server refused and no field can show. */
  readonly problem: unknown
  /** Whether the person has as many keys as the profile allows, and somebody could say yes to one more. */
  readonly isOneTooMany: boolean
  readonly submit: (way?: Way) => Promise<void>
}

/** The form's state. The text of the key goes to `onMinted` and is kept nowhere else. */
export function useNewKey(
  options: NewKeyOptions,
  profile0: ProfileChoice,
  { onMinted, onAsked }: { readonly onMinted: (key: MintedKey) => void; readonly onAsked: (key: AskedKey) => void },
): NewKeyForm {
  const router = useRouter()
  const [draft, setDraft] = useState(() => emptyDraft(options))
  const [isSending, setSending] = useState(false)
  const [checked, setChecked] = useState(false)
  const [refused, setRefused] = useState<{ readonly draft: KeyDraft; readonly error: unknown } | null>(null)
  const lastTry = useRef<{ readonly body: string; readonly key: string } | null>(null)
  const profile = options.profiles.find(({ id }) => id === draft.profileId) ?? profile0
  const current = refused?.draft === draft ? refused.error : null

  async function submit(way: Way = 'here') {
    setChecked(true)
    const stops = !options.mayOverride && beyondOf(draft, profile).length > 0 && !isAskable(draft, profile)
    if (isSending || mistakesOf(draft).size > 0 || stops) return
    setSending(true)
    const key = requestOf(draft, profile, options)
    try {
      if (way === 'one_more' || isAskedKind(draft, profile)) {
        await ask({ what: way === 'one_more' ? 'new_key' : 'kind', key, reason: draft.purpose.trim() })
      } else await create({ ...key, ...(way === 'within' ? { startWithinLimits: true } : {}) })
      router.refresh()
    } catch (error) {
      setRefused({ draft, error })
    } finally {
      setSending(false)
    }
  }

  async function create(body: object) {
    const made = await sendApi('/keys', answer, { body, idempotencyKey: keyFor(JSON.stringify(body)) })
    if (made.status === 'pending') onAsked(pendingKey.parse(made))
    else onMinted(createdKey.parse(made))
  }

  /** What POST /keys refuses, since it is asked for on purpose. */
  async function ask(body: object) {
    const made = await sendApi('/key-requests', createdRequest, { body, idempotencyKey: keyFor(JSON.stringify(body)) })
    onAsked({ name: draft.name.trim(), key: made.secret ?? '', keyRequestId: made.id })
  }

  /** A second press with the same wish is the same request: whatever was lost on the way, one key is made. */
  function keyFor(body: string): string {
    if (lastTry.current?.body !== body) lastTry.current = { body, key: newIdempotencyKey() }
    return lastTry.current.key
  }

  return {
    draft,
    profile,
    change: (part) => {
      const next = { ...draft, ...part }
      setDraft(part.place === undefined ? next : { ...next, models: modelsWithin(next, profile) })
    },
    chooseProfile: (id) =>
      setDraft(
        withProfile(
          draft,
          options.profiles.find((each) => each.id === id),
        ),
      ),
    errors: errorsOf(checked ? mistakesOf(draft) : new Map(), current),
    isSending,
    problem: hasField(current) ? null : current,
    isOneTooMany: profile.approver !== 'nobody' && problemsByField(current).has('keysPerPerson'),
    submit,
  }
}

function errorsOf(mistakes: ReadonlyMap<string, string>, error: unknown): ReadonlyMap<string, string> {
  const errors = new Map(mistakes)
  for (const [field, { message }] of problemsByField(error)) errors.set(fieldOf(field), message)
  // The one conflict that creating a key knows is a name that is taken.
  if (error instanceof ApiProblem && error.status === 409 && error.code === 'conflict')
    errors.set('name', error.message)
  return errors
}

const shownFields = /^(name|kind|environment|teamId|models|limits\.\w+|budget\.amountUsd|expiresAt|purpose|tags)$/

function fieldOf(field: string): string {
  if (field.startsWith('budget')) return 'budget.amountUsd'
  if (field.startsWith('models')) return 'models'
  if (field.startsWith('tags')) return 'tags'
  return field === 'projectId' || field === 'workloadId' ? 'teamId' : field
}

function hasField(error: unknown): boolean {
  if (!(error instanceof ApiProblem)) return false
  if (error.status === 409 && error.code === 'conflict') return true
  return error.errors.some(({ field }) => shownFields.test(fieldOf(field)))
}
