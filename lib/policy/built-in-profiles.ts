/**
 * The three access profiles that every deployment begins with. Admins may change all of it but the name; these are only
 * the first values.
 */
import { endpoints } from '#lib/catalog/contract.ts'
import { noApproval, usualEndingDays, type ProfilePolicy } from '#lib/policy/contract.ts'

export type BuiltInProfile = {
  readonly name: string
  readonly description: string
  readonly isDefault: boolean
  readonly policy: ProfilePolicy
}

/** Every call of a model, on whichever wire: models, providers and regions say what may be reached. No tools, no internal APIs. */
const calls = endpoints.filter((endpoint) => endpoint !== 'mcp' && endpoint !== 'apis')

const experiment: BuiltInProfile = {
  name: 'Experiment',
  description: 'For finding out: every model, a modest budget, a hard stop. Everyone starts here.',
  isDefault: true,
  policy: {
    models: { allow: ['*'], deny: [] },
    providers: { allow: ['*'], deny: [] },
    regions: { allow: ['*'], deny: [] },
    cidr: { allow: ['*'] },
    endpoints: [...endpoints],
    environments: ['*'],
    priceCeiling: { inputUsdPerMillion: null, outputUsdPerMillion: null },
    pinnedOnly: false,
    tools: { allow: [], deny: [] },
    limits: {
      rpm: { default: 600, maximum: 1200 },
      tpm: { default: 1_000_000, maximum: 2_000_000 },
      rpd: { default: 50_000, maximum: 100_000 },
      concurrency: { default: 64, maximum: 128 },
    },
    budget: { default: { amountUsd: '50', period: 'month', posture: 'hard' }, maximumUsd: '200' },
    defaultOutputTokens: 4096,
    lifetimeDays: { default: 90, maximum: 180 },
    keysPerPerson: 10,
    kinds: ['personal', 'app', 'agent', 'service', 'ci'],
    issuesFirstKey: true,
    degradedMode: 'closed',
    storedState: 'allow',
    browserOrigin: 'warn',
    killStreams: false,
    endingDays: usualEndingDays,
    idleDays: null,
    approval: { ...noApproval, approver: 'team_lead' },
    audit: 'metadata',
  },
}

const production: BuiltInProfile = {
  name: 'Production',
  description: 'For what customers depend on: named models only, larger limits, a budget that warns before it stops.',
  isDefault: false,
  policy: {
    models: {
      allow: [
        'gpt-4o',
        'gpt-4o-mini',
        'gpt-4.1',
        'gpt-4.1-mini',
        'gpt-5',
        'gpt-5-mini',
        'text-embedding-3-small',
        'text-embedding-3-large',
        'claude-sonnet-4-5',
        'claude-haiku-4-5',
        'claude-opus-4-1',
        'gemini-2.5-flash',
        'gemini-2.5-pro',
        'gpt-image-1.5',
        'gpt-4o-mini-tts',
        'gpt-4o-transcribe',
        'whisper-1',
      ],
      deny: [],
    },
    providers: { allow: ['*'], deny: [] },
    regions: { allow: ['*'], deny: [] },
    cidr: { allow: ['*'] },
    endpoints: [...endpoints],
    environments: ['*'],
    priceCeiling: { inputUsdPerMillion: null, outputUsdPerMillion: null },
    pinnedOnly: false,
    tools: { allow: [], deny: [] },
    limits: {
      rpm: { default: 3000, maximum: 12_000 },
      tpm: { default: 4_000_000, maximum: 20_000_000 },
      concurrency: { default: 256, maximum: 1024 },
    },
    budget: { default: { amountUsd: '1000', period: 'month', posture: 'alert_then_enforce' }, maximumUsd: '5000' },
    defaultOutputTokens: 8192,
    lifetimeDays: { default: 365, maximum: 730 },
    keysPerPerson: 20,
    kinds: ['team', 'app', 'agent', 'service', 'ci'],
    issuesFirstKey: false,
    degradedMode: 'closed',
    storedState: 'allow',
    browserOrigin: 'allow',
    killStreams: true,
    endingDays: usualEndingDays,
    idleDays: null,
    approval: { ...noApproval, approver: 'admin' },
    audit: 'metadata',
  },
}

const restricted: BuiltInProfile = {
  name: 'Restricted',
  description: 'For contractors and sensitive data: approved models in approved regions, tight caps.',
  isDefault: false,
  policy: {
    models: { allow: ['gpt-4o', 'gpt-4o-mini', 'text-embedding-3-small'], deny: [] },
    providers: { allow: ['*'], deny: [] },
    regions: { allow: ['eu'], deny: [] },
    cidr: { allow: ['*'] },
    endpoints: calls,
    environments: ['*'],
    priceCeiling: { inputUsdPerMillion: null, outputUsdPerMillion: null },
    pinnedOnly: false,
    tools: { allow: [], deny: [] },
    limits: {
      rpm: { default: 30, maximum: 60 },
      tpm: { default: 60_000, maximum: 120_000 },
      rpd: { default: 1000, maximum: 2000 },
      concurrency: { default: 4, maximum: 8 },
    },
    budget: { default: { amountUsd: '20', period: 'month', posture: 'hard' }, maximumUsd: '50' },
    defaultOutputTokens: 1024,
    lifetimeDays: { default: 30, maximum: 90 },
    keysPerPerson: 3,
    kinds: ['personal'],
    issuesFirstKey: true,
    degradedMode: 'closed',
    storedState: 'refuse',
    browserOrigin: 'refuse',
    killStreams: true,
    endingDays: usualEndingDays,
    idleDays: null,
    approval: { ...noApproval, approver: 'admin' },
    audit: 'metadata',
  },
}

export const builtInProfiles: readonly BuiltInProfile[] = [experiment, production, restricted]
