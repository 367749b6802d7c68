/**
 * What tells a credential from others, for people: of one that is JSON the end of its key's id or of its application's,
 * since all such JSON ends alike.
 */
export function lastFourOf(credential: string): string {
  const id = /^\s*\{/.test(credential) ? /"(?:private_key_id|clientId)"\s*:\s*"([\w-]+)"/.exec(credential)?.[1] : null
  return (id ?? credential.trimEnd()).slice(-4)
}
