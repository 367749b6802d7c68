import type { RequestKind, RequestView } from '#lib/requests/contract.ts'

export const whatWords: Record<RequestKind, string> = {
  new_key: 'New key',
  kind: 'Kind of key',
  budget: 'More budget',
  limit: 'Higher limit',
  model: 'Model',
  lifetime: 'Longer life',
  lend: 'Loan',
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** Who is waited for, by name: the first two. */
export function waitsFor({ deciders, approver }: Pick<RequestView, 'deciders' | 'approver'>): string {
  if (deciders.length === 0) return approver === 'admin' ? 'an admin' : 'the team lead'
  return deciders.slice(0, 2).join(' or ')
}
