/**
 * How a Claude model is told to think, by its name. The SDK's types leave it at "depends on the model"; the providers'
 * answers and https://platform.claude.com/docs/en/build-with-claude/thinking say:
 * - 3.7 to 4.5 take a budget; adaptive thinking is refused.
 * - 4.6 takes both, and prefers adaptive thinking with an effort.
 * - 4.7 and later take adaptive thinking with an effort; a budget is refused.
 * - 3.5 and earlier do not think.
 */
export type ThinkingBy = 'none' | 'budget' | 'either' | 'effort'

/** A name that we cannot read is taken for a newer model: each of them takes an effort. */
export function thinkingBy(model: string): ThinkingBy {
  const version = versionOf(model)
  if (version === null) return 'effort'
  if (version < 3_07) return 'none'
  if (version < 4_06) return 'budget'
  return version < 4_07 ? 'either' : 'effort'
}

/**
 * Hundreds and units, 405 for `claude-sonnet-4-5-20250929`. Names also stand as `claude-3-7-sonnet-latest`, and with a
 * cloud's words around them; a date is longer than a version.
 */
function versionOf(model: string): number | null {
  const match = family.exec(model) ?? older.exec(model)
  return match && Number(match[1]) * 100 + Number(match[2] ?? 0)
}

const family = /claude-(?:opus|sonnet|haiku)-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/
const older = /claude-(\d{1,2})(?:[-.](\d{1,2}))?(?!\d)/
