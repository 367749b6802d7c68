'use client'

import { useEffect, useState } from 'react'
import { sendApi } from '#components/query/api.ts'
import type { ProfilePolicy } from '#lib/policy/contract.ts'
import { previewAnswer, type PreviewAnswer, type PreviewedKey } from '#lib/policy/preview-contract.ts'

export type Preview = {
  readonly keys: readonly PreviewedKey[]
  readonly counted: Pick<PreviewAnswer, 'calls' | 'keys' | 'keysOfProfile' | 'unknown' | 'isWhole'>
  readonly isDone: boolean
}

const settleMs = 500

/**
 * What the draft would have done to the calls of the last days, page by page as they are counted. Null: nothing to count.
 * A newer draft takes the place of an older one; what was counted stays until the first page of the new one is there.
 */
export function usePreview(
  profileId: string,
  policy: ProfilePolicy | null,
): { preview: Preview | null; error: unknown } {
  const wanted = policy === null ? null : JSON.stringify(policy)
  const [state, setState] = useState<{ preview: Preview | null; error: unknown }>({ preview: null, error: null })
  useEffect(() => {
    if (wanted === null) return
    const stop = new AbortController()
    const timer = setTimeout(() => {
      count(profileId, JSON.parse(wanted) as ProfilePolicy, stop.signal, (preview) =>
        setState({ preview, error: null }),
      ).catch((error: unknown) => (stop.signal.aborted ? undefined : setState({ preview: null, error })))
    }, settleMs)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [profileId, wanted])
  return wanted === null ? { preview: null, error: null } : state
}

async function count(
  profileId: string,
  policy: ProfilePolicy,
  signal: AbortSignal,
  tell: (preview: Preview) => void,
): Promise<void> {
  const keys: PreviewedKey[] = []
  let counted: Preview['counted'] = { calls: 0, keys: 0, keysOfProfile: 0, unknown: 0, isWhole: true }
  let cursor: string | null = null
  do {
    const body = { policy, ...(cursor === null ? {} : { cursor }) }
    const page: PreviewAnswer = await sendApi(`/profiles/${encodeURIComponent(profileId)}/preview`, previewAnswer, {
      body,
    })
    if (signal.aborted) return
    keys.push(...page.data)
    counted = {
      calls: counted.calls + page.calls,
      keys: counted.keys + page.keys,
      keysOfProfile: page.keysOfProfile,
      unknown: counted.unknown + page.unknown,
      isWhole: counted.isWhole && page.isWhole,
    }
    cursor = page.nextCursor
    tell({ keys: [...keys], counted, isDone: cursor === null })
  } while (cursor !== null)
}
