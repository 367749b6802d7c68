/** Forms are read by Node's own parser, which shares nothing with the gateway's. */
import type { Members } from '#lib/demo/simulator/rules/members.ts'

/** Texts as texts, files as their bytes; null where it is no form. */
export async function readForm(body: Buffer, contentType: string): Promise<Members | null> {
  try {
    const form = await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData()
    const members: Record<string, unknown> = {}
    for (const [name, value] of form) {
      members[name] = typeof value === 'string' ? value : Buffer.from(await value.arrayBuffer())
    }
    return members
  } catch {
    return null
  }
}
