/** Connects, changes and removes providers, and their credentials: added, retired, never told again. */
import * as z from 'zod'
import {
  catalogSubject,
  providerKinds,
  providerTimeouts,
  type CreateProviderInput,
  type CredentialInput,
  type PatchProviderInput,
  type ProviderKind,
  type ProviderTimeouts,
  type ProviderView,
} from '#lib/catalog/contract.ts'
import { viewProvider } from '#lib/catalog/providers/read-providers.ts'
import {
  deleteProviderRow,
  findProvider,
  insertCredential,
  insertProvider,
  lockProvider,
  providerNameIsTaken,
  retireCredentials,
  updateProviderRow,
  type ProviderRow,
} from '#lib/catalog/providers/store.ts'
import { baseUrlProblem, originOf } from '#lib/catalog/rules/base-url.ts'
import type { Actor } from '#lib/identity/contract.ts'
import { may } from '#lib/identity/rules/permissions.ts'
import { changedFields } from '#lib/identity/rules/changed-fields.ts'
import type { Context } from '#lib/platform/context.ts'
import type { Tx } from '#lib/platform/db.ts'
import { AppError, forbidden, notFound } from '#lib/platform/errors.ts'
import { changePolicy } from '#lib/policy/change-policy.ts'
import { credentialProblem } from '#lib/providers/providers.ts'

export async function createProvider(
  context: Context,
  actor: Actor,
  input: CreateProviderInput,
): Promise<ProviderView> {
  mustWrite(actor)
  const baseUrl = checkedUrl(input.baseUrl, input.kind)
  if (input.credential) checkSecret(context, input.credential.secret, input.kind, 'credential.secret')
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    if (await providerNameIsTaken(tx, input.name)) {
      throw new AppError('conflict', `There is a provider named ${input.name} already.`, {
        errors: [{ field: 'name', message: 'This name is taken.' }],
      })
    }
    const { name, kind, credential } = input
    const displayName = input.displayName ?? name
    const id = await insertProvider(tx, { name, displayName, kind, baseUrl }, nowMs)
    if (credential) await insertCredential(tx, context.config.masterKey, id, credential, nowMs)
    return {
      result: viewProvider(await required(tx, id)),
      subjects: [catalogSubject],
      audit: {
        ...entryFor('provider.create', { id, name }),
        summary: `connected provider ${name}`,
        after: { name, displayName, kind, baseUrl, credential: credential ? credential.label : null },
      },
    }
  })
}

export async function updateProvider(
  context: Context,
  actor: Actor,
  id: string,
  patch: PatchProviderInput,
): Promise<ProviderView> {
  mustWrite(actor)
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    const row = await opened(tx, id)
    if (patch.status !== undefined && row.status === 'quarantined') {
      throw new AppError('conflict', 'This provider is quarantined. Release it first.')
    }
    const { timeouts: wished, ...fields } = patch
    const given = {
      ...fields,
      ...(patch.baseUrl === undefined ? {} : { baseUrl: checkedUrl(patch.baseUrl, row.kind) }),
    }
    const plain = changedFields(row, given)
    const known = providerTimeouts.parse(row.timeouts)
    const times = changedFields(known, wished ?? {})
    if (plain.isEmpty && times.isEmpty) return { result: viewProvider(row), subjects: [], audit: null }

    const timeouts = times.isEmpty ? undefined : withTimeouts(known, times.after)
    await updateProviderRow(tx, id, { ...plain.after, timeouts })
    // A credential belongs to the host that it was entered for: pointed elsewhere, it would be handed to a stranger.
    const moved = given.baseUrl !== undefined && originOf(given.baseUrl) !== originOf(row.baseUrl)
    const retired = moved ? liveCredentials(row) : []
    await retireCredentials(
      tx,
      retired.map((credential) => credential.id),
      nowMs,
    )
    const retiredText = retired.length > 0 ? ', retiring its credentials since they are for the old host' : ''
    return {
      result: viewProvider(await required(tx, id)),
      subjects: [catalogSubject],
      audit: {
        ...entryFor('provider.update', row),
        summary: `changed ${changedWords(Object.keys(plain.after), Object.keys(times.after))} of provider ${row.name}${retiredText}`,
        before: { ...plain.before, ...(times.isEmpty ? {} : { timeouts: times.before }) },
        after: {
          ...plain.after,
          ...(times.isEmpty ? {} : { timeouts: times.after }),
          ...(retired.length > 0 ? { retired: retired.map((credential) => credential.id) } : {}),
        },
      },
    }
  })
}

export async function deleteProvider(context: Context, actor: Actor, id: string): Promise<void> {
  mustWrite(actor)
  await changePolicy(context, actor, async (tx) => {
    const row = await opened(tx, id)
    if (row.deployments.length > 0) {
      throw new AppError(
        'conflict',
        `Models are served by ${row.name}: ${row.deployments.length} routes. Remove them first, or switch the provider off.`,
      )
    }
    await deleteProviderRow(tx, id)
    return {
      result: null,
      subjects: [catalogSubject],
      audit: {
        ...entryFor('provider.delete', row),
        summary: `removed provider ${row.name}`,
        before: { name: row.name, kind: row.kind, baseUrl: row.baseUrl },
      },
    }
  })
}

export async function addCredential(
  context: Context,
  actor: Actor,
  id: string,
  input: CredentialInput,
): Promise<ProviderView> {
  mustWrite(actor)
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    const row = await opened(tx, id)
    if (liveCredentials(row).length >= mostCredentials) {
      throw new AppError('conflict', `A provider has at most ${mostCredentials} live credentials. Retire one first.`)
    }
    checkSecret(context, input.secret, z.enum(providerKinds).parse(row.kind), 'secret')
    const credentialId = await insertCredential(tx, context.config.masterKey, id, input, nowMs)
    return {
      result: viewProvider(await required(tx, id)),
      subjects: [catalogSubject],
      audit: {
        ...entryFor('provider.add_credential', row),
        summary: `added credential ${input.label} to provider ${row.name}`,
        after: { credentialId, label: input.label, weight: input.weight },
      },
    }
  })
}

export async function retireCredential(
  context: Context,
  actor: Actor,
  id: string,
  credentialId: string,
): Promise<ProviderView> {
  mustWrite(actor)
  const nowMs = context.clock.nowMs()
  return changePolicy(context, actor, async (tx) => {
    const row = await opened(tx, id)
    const credential = row.credentials.find((known) => known.id === credentialId)
    if (!credential) throw notFound('credential')
    if (credential.status !== 'active') return { result: viewProvider(row), subjects: [], audit: null }
    await retireCredentials(tx, [credentialId], nowMs)
    return {
      result: viewProvider(await required(tx, id)),
      subjects: [catalogSubject],
      audit: {
        ...entryFor('provider.retire_credential', row),
        summary: `retired credential ${credential.label} of provider ${row.name}`,
        before: { credentialId, status: 'active' },
        after: { credentialId, status: 'retired' },
      },
    }
  })
}

const mostCredentials = 50

function mustWrite(actor: Actor): void {
  if (!may(actor, 'provider.write')) throw forbidden('Only administrators change providers.')
}

function checkedUrl(text: string, kind: string): string {
  const problem = baseUrlProblem(text, kind)
  if (problem === null) return text.replace(/\/+$/, '')
  throw new AppError('validation_failed', 'The address cannot be used.', {
    errors: [{ field: 'baseUrl', message: problem }],
  })
}

/** Null takes one away, so that the default counts again. */
function withTimeouts(known: ProviderTimeouts, changes: Readonly<Record<string, unknown>>): ProviderTimeouts {
  const all = Object.entries({ ...known, ...changes }).filter(([, ms]) => ms !== null)
  return providerTimeouts.parse(Object.fromEntries(all))
}

function changedWords(fields: readonly string[], times: readonly string[]): string {
  return [...fields, ...times.map((name) => `time-out ${name}`)].join(', ')
}

/** A credential that says how it is used can be looked at before it fails a call. */
function checkSecret({ config }: Context, secret: string, kind: ProviderKind, field: string): void {
  const problem = credentialProblem(kind, secret, config.identityTokenUrls)
  if (problem === null) return
  throw new AppError('validation_failed', 'The credential cannot be used.', {
    errors: [{ field, message: `It cannot be used: ${problem}.` }],
  })
}

async function opened(tx: Tx, id: string): Promise<ProviderRow> {
  await lockProvider(tx, id)
  return required(tx, id)
}

async function required(tx: Tx, id: string): Promise<ProviderRow> {
  const row = await findProvider(tx, id)
  if (!row) throw notFound('provider')
  return row
}

function liveCredentials(row: ProviderRow): ProviderRow['credentials'] {
  return row.credentials.filter(({ status }) => status === 'active')
}

function entryFor(action: string, { id, name }: { readonly id: string; readonly name: string }) {
  return { action, targetType: 'provider', targetId: id, targetName: name }
}
