/** The names under which react-query keeps what the server said. */
export const queryKeys = {
  limits: (keyId: string) => ['limits', keyId] as const,
  firstCall: (keyId: string) => ['first call', keyId] as const,
  found: (path: string, text: string) => ['found', path, text] as const,
  call: (callId: string) => ['call', callId] as const,
}
