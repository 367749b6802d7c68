/** A call of the demo of which only the caller is known yet. Pure. */
import type { CatalogModel } from '#lib/catalog/snapshot.ts'
import type { Key } from '#lib/demo/organisation/company.ts'
import type { Random } from '#lib/demo/organisation/random.ts'
import type { EventRow } from '#lib/ledger/rules/read-entry.ts'
import { decisionIdOf, newId } from '#lib/platform/ids.ts'

export function arrivedCall(key: Key, atMs: number, model: CatalogModel, random: Random): EventRow {
  const id = newId('call', atMs)
  const endpoint = model.endpoints.includes('embeddings') ? 'embeddings' : 'chat'
  return {
    id,
    at: new Date(atMs).toISOString(),
    kind: 'call',
    adjusts: null,
    outcome: 'refused',
    status: 0,
    errorCode: null,
    keyId: key.id,
    secretId: key.secrets[0]?.id ?? null,
    keyKind: key.kind,
    userId: key.ownerId,
    teamId: key.team.id,
    projectId: key.project?.id ?? null,
    workloadId: key.workloadId,
    businessUnitId: key.team.businessUnitId,
    costCentre: key.team.costCentre,
    environment: key.environment,
    profileId: key.profileId,
    identityMethod: 'virtual_key',
    clientIp: `10.${20 + (key.team.costCentre.charCodeAt(1) % 8)}.${random.whole(0, 31)}.${random.whole(2, 250)}`,
    userAgent: agentOf(key, random),
    endpoint,
    stream: endpoint === 'chat' && random.chance(key.habit.streams),
    modelAsked: model.name,
    model: null,
    modelServed: null,
    provider: null,
    deploymentId: null,
    region: null,
    tokens: {},
    inputTokens: 0,
    cachedTokens: 0,
    outputTokens: 0,
    costNanos: '0',
    priceLines: [],
    priceVersion: null,
    estimated: false,
    estimatedWhy: null,
    attempts: [],
    decision: {
      id: decisionIdOf(id),
      code: null,
      message: null,
      rules: [],
      profileVersion: 1,
      heldNanos: null,
      outputAsked: null,
      outputAllowed: null,
      promptBytes: Math.round(key.habit.inputTokens * 3.6),
    },
    timing: { admittedMs: null, firstByteMs: null, totalMs: 0.6 },
    tags: key.tags,
    groups: [...key.groups],
  }
}

function agentOf(key: Key, random: Random): string {
  if (key.kind === 'personal')
    return random.pick(['claude-cli/2.4.1', 'OpenAI/Python 2.8.0', 'OpenAI/JS 6.49.0', 'codex/0.66.0'])
  if (key.kind === 'ci') return 'OpenAI/Python 2.8.0'
  return key.id.charCodeAt(key.id.length - 1) % 2 === 0 ? 'OpenAI/JS 6.49.0' : 'OpenAI/Python 2.8.0'
}
