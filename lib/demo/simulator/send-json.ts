import type { ServerResponse } from 'node:http'

export function sendJson(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, ['content-type', 'application/json', 'content-length', String(Buffer.byteLength(body))])
  response.end(body)
}
