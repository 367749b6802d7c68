'use client'

import { useState } from 'react'
import { Button } from '#components/ui/button.tsx'
import { useHotkey } from '#components/ui/hotkeys.ts'
import { toast } from '#components/ui/toaster.tsx'

type CsvButtonProps = {
  /** The address of the management API that the page shows: the file has exactly its rows. */
  readonly path: string
  /** Without `.csv`. */
  readonly fileName: string
  readonly children?: string
}

/** Downloads what the page shows. The API gives CSV to those who ask for it by `Accept`, which a plain link cannot. */
export function CsvButton({ path, fileName, children = 'Export CSV' }: CsvButtonProps) {
  const [busy, setBusy] = useState(false)
  async function download() {
    setBusy(true)
    try {
      const response = await fetch(`/api/v1${path}`, { headers: { accept: 'text/csv' } })
      if (!response.ok) throw new Error(String(response.status))
      save(await response.blob(), `${fileName}.csv`)
    } catch {
      toast({ text: 'The file could not be made.', action: { label: 'Try again', run: () => void download() } })
    } finally {
      setBusy(false)
    }
  }
  useHotkey('e', 'Export as CSV', () => {
    if (!busy) void download()
  })
  return (
    <Button icon="download" busy={busy} onClick={() => void download()}>
      {children}
    </Button>
  )
}

function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has taken the file by then; a minute is for slow ones.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
