import { allEndpoints } from '#app/api/v1/inventory.ts'
import { openApiDocument } from '#lib/management/openapi.ts'
import { portal } from '#lib/wiring/portal.ts'

/** Open to everyone: it says what the product can do, and nothing about who uses it. */
export function GET(): Response {
  const document = openApiDocument(allEndpoints, { url: portal().config.publicUrl, version: '1.0.0' })
  return Response.json(document, { headers: { 'cache-control': 'public, max-age=300' } })
}
