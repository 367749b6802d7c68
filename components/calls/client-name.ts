/*
 * The program that made a call, from its User-Agent: what people call it, and its version. The header is the caller's
 * own word, so it names and never proves anything.
 */

type Known = readonly [pattern: RegExp, name: string]

/** First match wins; the pattern's first group is the version. */
const known: readonly Known[] = [
  [/^claude-cli\/([\d.]+)/i, 'Claude Code'],
  [/^codex[\w-]*\/([\d.]+)/i, 'Codex'],
  [/^GeminiCLI[^/]*\/v?([\d.]+)/i, 'Gemini CLI'],
  [/^opencode\/([\d.]+)/i, 'opencode'],
  [/^(?:Async)?OpenAI\/Python ([\d.]+)/i, 'python-openai'],
  [/^OpenAI\/JS ([\d.]+)/i, 'node-openai'],
  [/^(?:Async)?Anthropic\/Python ([\d.]+)/i, 'python-anthropic'],
  [/^Anthropic\/JS ([\d.]+)/i, 'node-anthropic'],
  [/^google-genai-sdk\/([\d.]+) gl-python/i, 'python-genai'],
  [/^google-genai-sdk\/([\d.]+)/i, 'node-genai'],
  [/^Boto3\/([\d.]+)/i, 'boto3'],
  [/^aws-sdk-js\/([\d.]+)/i, 'aws-sdk-js'],
  [/^Mozilla\/.*\bEdg\/([\d.]+)/i, 'Edge'],
  [/^Mozilla\/.*\bChrome\/([\d.]+)/i, 'Chrome'],
  [/^Mozilla\/.*\bFirefox\/([\d.]+)/i, 'Firefox'],
  [/^Mozilla\/.*\bVersion\/([\d.]+).*\bSafari\//i, 'Safari'],
]

const longest = 40

/** `Claude Code 2.0`, `python-openai 2.8`, `curl 8.6`; null where the caller sent no name. */
export function clientName(userAgent: string | null): string | null {
  const text = userAgent?.trim() ?? ''
  if (text === '') return null
  for (const [pattern, name] of known) {
    const match = pattern.exec(text)
    if (match) return named(name, match[1])
  }
  // By convention: product, slash, version, then comments.
  const product = /^([\w.@+-]+)(?:\/v?(\d[\w.]*))?/.exec(text)
  return named(product?.[1] ?? text, product?.[2])
}

function named(name: string, version: string | undefined): string {
  const shown = version?.split('.').slice(0, 2).join('.')
  const whole = shown ? `${name} ${shown}` : name
  return whole.length > longest ? `${whole.slice(0, longest - 1)}…` : whole
}
