'use client'

import { useState } from 'react'
import { RotateDialog } from '#components/keys/acts/rotate-dialog.tsx'
import type { ModelChoice } from '#components/keys/new-key/options.ts'
import { Button } from '#components/ui/button.tsx'

type RotateHereProps = {
  readonly subject: { readonly id: string; readonly name: string; readonly liveSecrets: number }
  readonly models: readonly ModelChoice[]
  readonly baseUrl: string
}

/** For whoever has lost the secret: nobody can show it again, but a new one is a press away. */
export function RotateHere({ subject, models, baseUrl }: RotateHereProps) {
  const [open, setOpen] = useState(false)
  return (
    <RotateDialog
      subject={subject}
      models={models}
      baseUrl={baseUrl}
      open={open}
      onOpenChange={setOpen}
      trigger={<Button icon="rotate">Rotate for a new secret</Button>}
    />
  )
}
