import type { Metadata } from 'next'
import { askFor } from '../ask-for.tsx'
import { signedIn } from '../../signed-in.ts'
import { textParam, type SearchParams } from '#components/admin/search-params.ts'
import { TryForm, type TryValues } from '#components/decisions/try-form.tsx'
import { TryResult } from '#components/decisions/try-result.tsx'
import { Columns, PageBody, PageHeader } from '#components/shell/page.tsx'
import { Empty, NoPermission } from '#components/ui/states.tsx'
import { Note } from '#components/ui/note.tsx'
import { readCatalogNames } from '#lib/catalog/read-names.ts'
import { routes } from '#lib/gateway/routes.ts'
import { tryCall } from '#lib/decisions/try-call.ts'
import { tryInput, type TryAnswer } from '#lib/decisions/try-contract.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { mayAnywhere } from '#lib/identity/rules/permissions.ts'
import { listKeys, listKeysQuery } from '#lib/keys/list-keys.ts'
import { AppError } from '#lib/platform/errors.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Would this call pass?' }

const fields = ['key', 'model', 'endpoint', 'region', 'address', 'promptTokens', 'outputTokens'] as const

/** Asks without calling: what is in the address is what is asked. */
export default async function TryPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const actor = await signedIn()
  const header = <PageHeader title="Would this call pass?" crumb={{ label: 'Calls', href: '/calls' }} />
  if (!mayAnywhere(actor, 'decision.read')) {
    return (
      <>
        {header}
        <PageBody>
          <NoPermission title="This is for people with keys, their leads, admins and auditors">
            Who spent what is on the pages of your role.
          </NoPermission>
        </PageBody>
      </>
    )
  }
  const params = await searchParams
  const values = Object.fromEntries(fields.map((field) => [field, textParam(params[field]) ?? ''])) as TryValues
  const context = portal()
  const [keys, names, asked] = await Promise.all([
    listKeys(context, actor, listKeysQuery.parse({ sort: '-lastUsedAt', limit: 100 })),
    readCatalogNames(context.db),
    ask(actor, values),
  ])
  return (
    <>
      {header}
      <PageBody>
        <Columns
          rail={
            <TryForm
              values={values}
              keys={keys.data.map(({ id, name, team }) => ({ id, name, team: team.name }))}
              models={names.models.map(({ name }) => name)}
              regions={names.regions}
              endpoints={[...new Set(routes.map(({ endpoint }) => endpoint))].filter((each) => each !== 'models')}
              errors={asked.kind === 'wrong' ? asked.errors : {}}
            />
          }
        >
          {asked.kind === 'answered' ? (
            <TryResult
              answer={asked.answer}
              nowMs={context.clock.nowMs()}
              ask={await askFor(actor, {
                ask: asked.answer.requests[0],
                keyId: asked.answer.key.id,
                decisionId: null,
                reason: `${asked.answer.code ?? 'refused'}: ${asked.answer.model}`,
              })}
            />
          ) : null}
          {asked.kind === 'failed' ? (
            <Note tone="warn" title="Nobody can say right now.">
              {asked.message}
            </Note>
          ) : null}
          {asked.kind === 'nothing' || asked.kind === 'wrong' ? (
            <Empty icon="shield" title="Name a key and a model">
              The rules of the call path answer, with limits and budgets as they stand now. Nothing is called, charged
              or counted.
            </Empty>
          ) : null}
        </Columns>
      </PageBody>
    </>
  )
}

type Asked =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'wrong'; readonly errors: Readonly<Record<string, string>> }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'answered'; readonly answer: TryAnswer }

async function ask(actor: Actor, { key, ...values }: TryValues): Promise<Asked> {
  if (key === '' || values.model === '') return { kind: 'nothing' }
  const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '' && value !== 'any'))
  const input = tryInput.safeParse({ keyId: key, ...given })
  if (!input.success) {
    return {
      kind: 'wrong',
      errors: Object.fromEntries(input.error.issues.map(({ path, message }) => [String(path[0]), message])),
    }
  }
  try {
    return { kind: 'answered', answer: await tryCall(portal(), actor, input.data) }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code === 'not_found')
      return { kind: 'wrong', errors: { key: 'There is no such key, or it is not yours to see.' } }
    return { kind: 'failed', message: error.publicMessage }
  }
}
