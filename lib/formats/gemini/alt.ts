/** How a streamed answer is to come. Google knows the parameter with a dollar sign too. */
const wantsSse = /(?:^|&)(?:\$|%24)?alt=sse(?:&|$)/

/** True for server-sent events; else it comes as one JSON array, piece by piece. `query` has no question mark. */
export function wantsEvents(query: string): boolean {
  return wantsSse.test(query)
}
