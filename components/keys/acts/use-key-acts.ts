'use client'

import { useRouter } from 'next/navigation'
import { useState } from 'react'
import { problemText, sendApi } from '#components/query/api.ts'
import { toast } from '#components/ui/toaster.tsx'
import { keyView } from '#lib/keys/contract.ts'

export type KeyAct = 'suspend' | 'resume' | 'revoke' | 'quarantine' | 'release'

/** A key as far as acting on it goes. */
export type KeySubject = { readonly id: string; readonly name: string; readonly actions: readonly string[] }

export type KeyActs = {
  /** Does it and reads the page anew; false, with words in `problem`, where it was refused. */
  readonly run: (act: KeyAct, reason?: string, until?: { readonly until?: string }) => Promise<boolean>
  readonly busy: KeyAct | null
  readonly problem: unknown
  readonly forget: () => void
}

export function useKeyActs(key: KeySubject): KeyActs {
  const router = useRouter()
  const [busy, setBusy] = useState<KeyAct | null>(null)
  const [problem, setProblem] = useState<unknown>(null)

  async function run(act: KeyAct, reason?: string, until?: { readonly until?: string }): Promise<boolean> {
    setBusy(act)
    setProblem(null)
    try {
      await sendKeyAct(key.id, act, reason, until)
      router.refresh()
      return true
    } catch (error) {
      setProblem(error)
      return false
    } finally {
      setBusy(null)
    }
  }

  return { run, busy, problem, forget: () => setProblem(null) }
}

export async function sendKeyAct(id: string, act: KeyAct, reason?: string, until: { readonly until?: string } = {}) {
  return sendApi(`/keys/${encodeURIComponent(id)}/${act}`, keyView, {
    body: { ...until, ...(reason?.trim() ? { reason: reason.trim() } : {}) },
  })
}

type Named = Pick<KeySubject, 'id' | 'name'>

/** Suspends and resumes at once, since either can be undone from its toast, which also says where it could not be done. */
export function useSuspend() {
  const router = useRouter()
  async function change(key: Named, act: 'suspend' | 'resume', undo: 'suspend' | 'resume') {
    try {
      await sendKeyAct(key.id, act)
      router.refresh()
      toast({
        text: `${act === 'suspend' ? 'Suspended' : 'Resumed'} ${key.name}.`,
        undo: () => void sendKeyAct(key.id, undo).then(() => router.refresh(), toastProblem),
      })
    } catch (error) {
      toastProblem(error)
    }
  }
  return {
    suspend: (key: Named) => change(key, 'suspend', 'resume'),
    resume: (key: Named) => change(key, 'resume', 'suspend'),
  }
}

function toastProblem(error: unknown) {
  toast({ text: problemText(error) })
}
