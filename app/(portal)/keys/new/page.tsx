import type { Metadata } from 'next'
import { signedIn } from '../../signed-in.ts'
import { NewKeyPanel } from '#components/keys/new-key/new-key-panel.tsx'
import { PageBody, PageHeader } from '#components/shell/page.tsx'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { mayAnywhere } from '#lib/identity/rules/permissions.ts'
import { readNewKeyOptions } from '#lib/keys/read-new-key-options.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'New key' }

/** The same panel without a list behind it: on phones it is the whole screen, and an address to send somebody. */
export default async function NewKeyPage() {
  const actor = await signedIn()
  const context = portal()
  const mayCreate = mayAnywhere(actor, 'key.create')
  return (
    <>
      <PageHeader title="New key" crumb={{ label: 'Keys', href: '/keys' }} />
      <PageBody>
        {mayCreate ? (
          <Empty icon="key" title="A new key">
            It is ready at once, inside the guardrails of your profile.
          </Empty>
        ) : (
          <NoPermission title="Keys are made by developers and admins">
            Your platform team gives you a role.
          </NoPermission>
        )}
      </PageBody>
      {mayCreate ? (
        <NewKeyPanel
          options={await readNewKeyOptions(context, actor)}
          baseUrl={`${context.config.publicUrl}/v1`}
          closeHref="/keys"
        />
      ) : null}
    </>
  )
}
