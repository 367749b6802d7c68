'use client'

import { useSend } from '#components/admin/use-send.ts'
import { problemText } from '#components/query/api.ts'
import { Button } from '#components/ui/button.tsx'
import { alertView } from '#lib/alerts/contract.ts'

/** Somebody looks after it: it stays in the list and waits for nobody. */
export function Acknowledge({ id, name }: { readonly id: string; readonly name: string }) {
  const { send, busy, problem } = useSend(alertView)
  return (
    <span className="inline-flex items-center gap-2">
      {problem ? (
        <span role="alert" className="text-xs text-bad-ink">
          {problemText(problem)}
        </span>
      ) : null}
      <Button
        size="small"
        variant="quiet"
        busy={busy}
        aria-label={`Acknowledge: ${name}`}
        onClick={() => void send(`/alerts/${encodeURIComponent(id)}/acknowledge`, {})}
      >
        Acknowledge
      </Button>
    </span>
  )
}
