import { AskButton } from '#components/admin/ask-button.tsx'
import { formatDate } from '#components/ui/format.ts'
import type { RequestView } from '#lib/requests/contract.ts'

/** Ends what was given until a day, now. */
export function EndButton({ request }: { readonly request: RequestView }) {
  if (!request.actions.includes('end')) return null
  const { id, validUntil, key, summary } = request
  return (
    <AskButton
      label="End now"
      icon="undo"
      title="End this before its time?"
      description={`It was given until ${validUntil ? formatDate(Date.parse(validUntil)) : 'a day'}: ${summary}.`}
      effects={[
        { icon: 'undo', text: 'What was there before is in force again on the next call.' },
        ...(key ? [{ icon: 'key' as const, text: `The key ${key.name} goes on working within that.` }] : []),
      ]}
      verb="End now"
      verbVariant="danger-solid"
      path={`/key-requests/${id}/end`}
      why="The load test is over"
      keep="to keep it"
    />
  )
}
