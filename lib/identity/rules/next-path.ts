/** Where to go after signing in: a path of this portal, never an address elsewhere. */
export function safeNextPath(text: string | null | undefined): string {
  if (!text || text.length > 2_000 || !text.startsWith('/')) return '/'
  // Browsers read `//host` and `/\host` as addresses, and drop tabs and line ends before they do.
  if (/^\/[/\\]|[\p{Control}\\]/u.test(text)) return '/'
  return text.startsWith('/api/') || /^\/sign-in(\W|$)/.test(text) ? '/' : text
}
