/** What no single field of a policy can see: defaults that lie beyond their maxima. */
import { limitKinds } from '#lib/limits/contract.ts'
import type { FieldError } from '#lib/platform/errors.ts'
import { nanosOfUsd, usdOfNanos } from '#lib/platform/money.ts'
import type { ProfilePolicy } from '#lib/policy/contract.ts'
import { maximumNanosFor } from '#lib/policy/rules/budget-guardrail.ts'

export function checkPolicy(policy: ProfilePolicy): FieldError[] {
  const errors: FieldError[] = []
  for (const kind of limitKinds) {
    const { default: preset, maximum } = policy.limits[kind] ?? { default: null, maximum: null }
    if (preset !== null && maximum !== null && preset > maximum) {
      errors.push({ field: `policy.limits.${kind}.default`, message: 'The default is above the maximum.', maximum })
    }
  }
  const { default: days, maximum: mostDays } = policy.lifetimeDays
  if (days !== null && mostDays !== null && days > mostDays) {
    errors.push({
      field: 'policy.lifetimeDays.default',
      message: 'The default is above the maximum.',
      maximum: mostDays,
    })
  }
  if (policy.idleDays && policy.idleDays.warn >= policy.idleDays.expire) {
    const message = 'The warning has to come before the end.'
    errors.push({ field: 'policy.idleDays.warn', message, maximum: policy.idleDays.expire - 1 })
  }
  const preset = policy.budget.default
  const maximum = preset && maximumNanosFor(preset.period, policy)
  if (preset && maximum !== null && nanosOfUsd(preset.amountUsd) > maximum) {
    const message = 'The default is above the maximum, which is meant a month.'
    errors.push({ field: 'policy.budget.default.amountUsd', message, maximum: usdOfNanos(maximum) })
  }
  if (preset?.posture === 'soft' && policy.budget.maximumUsd !== null) {
    const message = 'A soft budget stops nothing, so there would be no maximum.'
    errors.push({ field: 'policy.budget.default.posture', message, maximum: 'alert_then_enforce' })
  }
  return errors
}
