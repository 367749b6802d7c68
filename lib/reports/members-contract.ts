/** The people of a team with what they have and spend in it. Browser-safe. */
import * as z from 'zod'
import { budgetPeriods } from '#lib/limits/contract.ts'

const named = z.object({ id: z.string(), name: z.string() })

export const memberView = z.object({
  user: named.extend({ email: z.string(), status: z.string() }),
  isLead: z.boolean(),
  /** Personal keys of this team that work now, and the first three of them by name. */
  keys: z.int(),
  firstKeys: z.array(named),
  /** When any of their personal keys of this team was last used. */
  lastCallAt: z.string().nullable(),
  /** In the team, in the period of the budget for each member; this calendar month where there is none. */
  spentUsd: z.string(),
  /** What the team's budget for each member leaves them; null where there is none. */
  budget: z
    .object({
      id: z.string(),
      amountUsd: z.string(),
      period: z.enum(budgetPeriods),
      heldUsd: z.string(),
      resetsAt: z.string().nullable(),
    })
    .nullable(),
})
export type MemberView = z.infer<typeof memberView>
