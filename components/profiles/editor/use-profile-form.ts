'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import {
  changedFields,
  draftOf,
  mergeDrafts,
  readDraft,
  type Draft,
  type FieldErrors,
} from '#components/profiles/draft.ts'
import { fieldOf, type Field } from '#components/profiles/profile-fields.ts'
import type { Form } from '#components/profiles/editor/form.ts'
import { ApiProblem, readApi, sendApi } from '#components/query/api.ts'
import { toast } from '#components/ui/toaster.tsx'
import { profileView, type ProfilePolicy, type ProfileView } from '#lib/policy/contract.ts'

/** Somebody else's version is in force by now. */
export type Conflict = {
  readonly latest: ProfileView
  /** What both changed, to different values. */
  readonly both: readonly Field[]
  readonly merged: Draft
}

export type ProfileForm = Form & {
  readonly inForce: ProfileView
  readonly changed: readonly Field[]
  readonly problem: unknown
  readonly busy: boolean
  readonly conflict: Conflict | null
  readonly discard: () => void
  /** False where a field needs another look first. */
  readonly check: () => boolean
  /** True where the draft is in force now. */
  readonly apply: () => Promise<boolean>
  /** Goes on from the latest version: with my changes over it, or without them. */
  readonly resolve: (how: 'keep mine' | 'take theirs') => void
}

const noErrors: FieldErrors = new Map()

/** A draft over the version in force, sent as a change to exactly that version. */
export function useProfileForm(profile: ProfileView): ProfileForm {
  const router = useRouter()
  const [inForce, setInForce] = useState(profile)
  const [draft, setDraft] = useState(() => draftOf(profile))
  const [errors, setErrors] = useState<FieldErrors>(noErrors)
  const [problem, setProblem] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const [conflict, setConflict] = useState<Conflict | null>(null)
  const base = draftOf(inForce)
  const changed = changedFields(base, draft)

  function begin(from: ProfileView, next: Draft) {
    setInForce(from)
    setDraft(next)
    setErrors(noErrors)
    setProblem(null)
    setConflict(null)
  }
  // The page was read anew and says something newer, while nothing here was begun.
  if (profile.version > inForce.version && changed.length === 0 && !busy) begin(profile, draftOf(profile))

  async function send(policy: ProfilePolicy): Promise<boolean> {
    const path = `/profiles/${encodeURIComponent(inForce.id)}`
    const body = { version: inForce.version, description: draft.description, policy }
    try {
      const applied = await sendApi(path, profileView, { method: 'PATCH', body })
      begin(applied, draftOf(applied))
      router.refresh()
      toast({ text: `Version ${applied.version} of ${applied.name} is in force.` })
      return true
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.status !== 409) throw error
      const latest = await readApi(path, profileView)
      const { draft: merged, both } = mergeDrafts(base, draft, draftOf(latest))
      setConflict({ latest, both, merged })
      return false
    }
  }

  return {
    draft,
    base,
    errors,
    inForce,
    changed,
    problem,
    busy,
    conflict,
    set: (field, value) => {
      setDraft((before) => ({ ...before, [field]: value }))
      if (errors.has(field)) setErrors(new Map([...errors].filter(([name]) => name !== field)))
    },
    discard: () => begin(inForce, base),
    check: () => {
      const found = readDraft(draft).errors ?? noErrors
      setErrors(found)
      return found.size === 0
    },
    apply: async () => {
      const { policy } = readDraft(draft)
      if (!policy || busy) return false
      setBusy(true)
      setProblem(null)
      try {
        return await send(policy)
      } catch (error) {
        if (error instanceof ApiProblem)
          setErrors(new Map(error.errors.map(({ field, message }) => [fieldOf(field), message])))
        setProblem(error)
        return false
      } finally {
        setBusy(false)
      }
    },
    resolve: (how) => {
      if (conflict) begin(conflict.latest, how === 'keep mine' ? conflict.merged : draftOf(conflict.latest))
    },
  }
}
