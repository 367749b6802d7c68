/**
 * Anthropic takes ids of letters, digits, `_` and `-`. Others are spelled out, the same way for a call and its result:
 * what is not allowed becomes its code, so two ids stay two.
 */
export function toolId(id: string): string {
  if (/^[\w-]+$/.test(id)) return id
  return `id_${id.replace(/[^\w-]/g, (char) => `_${char.charCodeAt(0).toString(16)}_`)}`
}
