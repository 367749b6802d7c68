/**
 * Whether a provider's name for a model names one version of it, which then stays as it is: a date (`gpt-4o-2024-08-06`,
 * `claude-sonnet-4-5-20250929`, `claude-opus-4@20250514`), a month and day (`gpt-4-0613`), a revision (`gemini-2.0-flash-001`)
 * or Bedrock's `-v1:0`. All else, `-latest` above all, may mean another model tomorrow.
 */
export function isPinned(upstreamModel: string): boolean {
  return version.test(upstreamModel)
}

const version = /[-@](\d{4}-\d{2}-\d{2}|\d{8}|\d{2}-\d{2}|\d{3,4}|v\d+:\d+)$/
