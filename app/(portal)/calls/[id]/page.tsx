import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { reachOf } from '../reach-of.ts'
import { mayStillCome } from '../may-still-come.ts'
import { signedIn } from '../../signed-in.ts'
import { CopyLink } from '#components/calls/copy-link.tsx'
import { ReceiptView } from '#components/calls/receipt-view.tsx'
import { WaitForRecord } from '#components/calls/wait-for-record.tsx'
import { PageBody, PageHeader } from '#components/shell/page.tsx'
import { ButtonLink } from '#components/ui/button-link.tsx'
import type { Actor } from '#lib/identity/contract.ts'
import { AppError } from '#lib/platform/errors.ts'
import type { Receipt } from '#lib/reports/calls-contract.ts'
import { readReceipt } from '#lib/reports/read-receipt.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Receipt' }

type Props = { readonly params: Promise<{ readonly id: string }> }

export default async function ReceiptPage({ params }: Props) {
  const actor = await signedIn()
  const { id } = await params
  const receipt = await receiptOrNull(actor, id)
  if (!receipt && !mayStillCome(id, 'call_', portal().clock.nowMs())) notFound()
  return (
    <>
      <PageHeader
        title="Receipt"
        crumb={{ label: 'Calls', href: '/calls' }}
        actions={<CopyLink url={`${portal().config.publicUrl}/calls/${id}`} />}
      />
      <PageBody>
        {receipt ? (
          <ReceiptView receipt={receipt} reach={reachOf(actor)} json={JSON.stringify(receipt, null, 2)} />
        ) : (
          <WaitForRecord id={id} of="calls" listLink={<ButtonLink href="/calls">All calls</ButtonLink>} />
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
