import type { ServerResponse } from 'node:http'

/** `headers` are further names and values in turn. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: string,
  headers: readonly string[] = [],
): void {
  const bodyBytes = String(Buffer.byteLength(body))
  response.writeHead(status, ['content-type', 'application/json', ...headers, 'content-length', bodyBytes])
  response.end(body)
}
