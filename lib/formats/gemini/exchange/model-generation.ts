/** What a model's name says of what it can take. */

/** Such as 2.5 for `gemini-2.5-flash`; names without a number are Google's aliases for the newest. */
export function generationOf(model: string): number {
  const [, major, minor = '0'] = /gemini-(\d+)(?:\.(\d+))?/.exec(model) ?? []
  return major === undefined ? Infinity : Number(`${major}.${minor}`)
}

export function isPro(model: string): boolean {
  return /-pro\b/.test(model)
}
