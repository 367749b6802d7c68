import type { AlertFacts, AlertLevel, AlertSubjectType } from '#lib/alerts/contract.ts'

/** What the worker finds at one look. A signal that is found again is the same alert; one that is gone closes it. */
export type Signal = {
  readonly subjectType: AlertSubjectType
  readonly subjectId: string
  /** Which time it is: a budget's period, a key's end, a day. With kind, subject and threshold it is unique. */
  readonly occasion: string
  /** Percent of a budget, days before a key's end; 0 elsewhere. */
  readonly threshold: number
  readonly level: AlertLevel
  readonly budgetId: string | null
  /** Whose it is, as far as permission depends on it. */
  readonly teamId: string | null
  readonly ownerUserId: string | null
  readonly facts: AlertFacts
}
