'use client'

import { useRouter } from 'next/navigation'
import { AskButton } from '#components/admin/ask-button.tsx'

type ArchiveButtonProps = {
  /** On the API. */
  readonly path: string
  readonly name: string
  /** What has to be gone first, and what stays. */
  readonly needs: string
  /** Where to go then; without it the page is read anew. */
  readonly doneHref?: string
  readonly size?: 'small'
}

/** Puts a part of the organisation away; what it did stays in every report. */
export function ArchiveButton({ path, name, needs, doneHref, size }: ArchiveButtonProps) {
  const router = useRouter()
  return (
    <AskButton
      label="Archive"
      size={size}
      title={`Archive ${name}?`}
      description={needs}
      effects={[{ icon: 'chart', text: 'Its calls and its spend stay in every report' }]}
      verb="Archive"
      verbVariant="danger-solid"
      path={path}
      method="DELETE"
      keep="to keep it"
      onDone={doneHref === undefined ? undefined : () => router.push(doneHref)}
    />
  )
}
