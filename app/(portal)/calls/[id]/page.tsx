import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { signedIn } from '../../signed-in.ts'
import { CopyLink } from '#components/calls/copy-link.tsx'
import { ReceiptView } from '#components/calls/receipt-view.tsx'
import { WaitForReceipt } from '#components/calls/wait-for-receipt.tsx'
import { PageBody, PageHeader } from '#components/shell/page.tsx'
import type { Actor } from '#lib/identity/contract.ts'
import { AppError } from '#lib/platform/errors.ts'
import { idTimeMs } from '#lib/platform/ids.ts'
import type { Receipt } from '#lib/reports/calls-contract.ts'
import { readReceipt } from '#lib/reports/read-receipt.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Receipt' }

/** A call may run this long and then have its receipt; an older id without one names nothing. */
const longestCallMs = 30 * 60_000

type Props = { readonly params: Promise<{ readonly id: string }> }

export default async function ReceiptPage({ params }: Props) {
  const actor = await signedIn()
  const { id } = await params
  const receipt = await receiptOrNull(actor, id)
  if (!receipt && !mayStillRun(id, portal().clock.nowMs())) notFound()
  return (
    <>
      <PageHeader
        title="Receipt"
        crumb={{ label: 'Calls', href: '/calls' }}
        actions={<CopyLink url={`${portal().config.publicUrl}/calls/${id}`} />}
      />
      <PageBody>
        {receipt ? (
          <ReceiptView receipt={receipt} json={JSON.stringify(receipt, null, 2)} />
        ) : (
          <WaitForReceipt callId={id} />
        )}
      </PageBody>
    </>
  )
}

async function receiptOrNull(actor: Actor, id: string): Promise<Receipt | null> {
  try {
    return await readReceipt(portal(), actor, id)
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null
    throw error
  }
}

function mayStillRun(id: string, nowMs: number): boolean {
  const atMs = id.startsWith('call_') ? idTimeMs(id) : null
  return atMs !== null && atMs <= nowMs + 60_000 && nowMs - atMs < longestCallMs
}
