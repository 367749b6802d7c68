/** One of a provider's credentials, by chance in proportion to weight. Pure. */

export function chooseCredential<T extends { readonly weight: number }>(
  credentials: readonly T[],
  random: number,
): T | null {
  if (credentials.length < 2) return credentials[0] ?? null
  const total = credentials.reduce((sum, credential) => sum + credential.weight, 0)
  let point = random * total
  return credentials.find((credential) => (point -= credential.weight) < 0) ?? credentials[0]!
}
