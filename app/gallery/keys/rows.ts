import { type KeyState } from '#components/ui/status.tsx'

export type GalleryKey = {
  readonly name: string
  readonly kind: 'service' | 'agent' | 'app' | 'ci' | 'personal' | 'team'
  readonly lastFour: string
  readonly state: KeyState
  readonly owner: string
  readonly person?: boolean
  readonly environment: 'prod' | 'test' | 'dev'
  readonly models: string
  readonly more?: number
  readonly spent: string
  readonly cap: string
  readonly lastUsed: string
  readonly expires: string | null
  readonly endsSoon?: boolean
}

const row = (
  name: string,
  kind: GalleryKey['kind'],
  lastFour: string,
  state: KeyState,
  owner: string,
  environment: GalleryKey['environment'],
  models: string,
  spent: string,
  cap: string,
  lastUsed: string,
  expires: string | null,
): GalleryKey => {
  const [model = '', more] = models.split(' +')
  return {
    name,
    kind,
    lastFour,
    state,
    owner,
    person: kind === 'personal',
    environment,
    models: model,
    more: more ? Number(more) : undefined,
    spent,
    cap,
    lastUsed,
    expires,
    endsSoon: expires === '2 Dec 2026' || expires === '25 Nov 2026',
  }
}

export const galleryKeys: readonly GalleryKey[] = [
  row('search-ranker', 'service', 'p0Wd', 'active', 'Search', 'prod', 'gpt-4o-mini +1', '1184.90', '1500', '2 s ago', 'No expiry'),
  row('warehouse-sql-bot', 'agent', 'Rr5a', 'active', 'Data platform', 'prod', 'claude-sonnet-4-5 +3', '903.66', '1200', '1 min ago', '8 Feb 2027'),
  row('fraud-notes', 'service', 'Ud7k', 'active', 'Payments', 'prod', 'gpt-4o', '499.87', '500', '1 h ago', '5 Jan 2027'),
  row('support-triage-agent', 'agent', 'Qm3T', 'active', 'Support tools', 'prod', 'claude-haiku-4-5 +2', '412.18', '600', '12 s ago', '14 Jan 2027'),
  row('checkout-copy', 'app', 'h4Vs', 'active', 'Payments', 'prod', 'gpt-4o-mini +1', '322.71', '400', '8 s ago', '11 Mar 2027'),
  row('eval-nightly', 'ci', 'x7Bq', 'active', 'Search', 'test', 'gpt-4o +2', '299.12', '300', '6 h ago', '2 Dec 2026'),
  row('ios-summaries', 'app', 'Yb6u', 'active', 'Mobile', 'prod', 'gpt-4o-mini', '208.55', '350', '20 s ago', '19 Dec 2026'),
  row('invoice-extractor', 'agent', 'Zt19', 'quarantined', 'Finance operations', 'prod', 'gemini-2.5-flash', '96.03', '200', '31 min ago', '30 Jan 2027'),
  row('pr-review-bot', 'ci', 'vE0j', 'active', 'Mobile', 'dev', 'claude-haiku-4-5 +1', '74.30', '150', '3 min ago', '20 Jan 2027'),
  row('jm-research', 'personal', 'Kd2c', 'active', 'Jonas Meyer', 'dev', '6 models', '61.94', '80', '14 min ago', '28 Jan 2027'),
  row('catalog-tagger', 'agent', 'wG5t', 'active', 'Growth', 'test', 'gemini-2.5-flash', '48.20', '120', '9 s ago', '2 Feb 2027'),
  row('data-platform-shared', 'team', 'T9gX', 'suspended', 'Data platform', 'dev', '6 models', '41.87', '500', '9 days ago', '1 Mar 2027'),
  row('ledger-notes', 'service', 'B8nx', 'active', 'Finance operations', 'prod', 'gpt-4o', '22.60', '75', '2 min ago', '22 Jan 2027'),
  row('dana-default', 'personal', '9f2K', 'active', 'Dana Whitfield', 'dev', '5 models', '18.26', '50', '40 s ago', '16 Feb 2027'),
  row('lena-laptop', 'personal', 's1Pf', 'revoked', 'Lena Braun', 'dev', '5 models', '6.42', '50', '12 days ago', null),
  row('cole-contract', 'personal', 'Lk8e', 'active', 'Cole Barros', 'dev', 'gemini-2.5-flash', '3.11', '20', '2 h ago', '25 Nov 2026'),
  row('growth-landing-test', 'app', 'mW2c', 'pending', 'Growth', 'test', 'gpt-4o', '0', '120', 'Never', 'In 90 days'),
  row('old-notebook-key', 'personal', 'c3Ne', 'expired', 'Hana Sato', 'dev', '4 models', '0', '50', '47 days ago', '9 Nov 2026'),
]
