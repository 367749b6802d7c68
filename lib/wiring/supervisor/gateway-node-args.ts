/**
 * Node's options for the gateway. What a call needs lives for milliseconds. With V8's default of 16 MB much of it is moved
 * to the old generation before it is garbage, where it stays for seconds; with 32 MB 2,000 open streams took half as much
 * memory after minutes of load.
 */
export const gatewayNodeArgs = ['--max-semi-space-size=32'] as const
