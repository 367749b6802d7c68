/** The clock as a port: UTC epoch milliseconds. Tests pass their own. */
export type Clock = { readonly nowMs: () => number }

export const systemClock: Clock = { nowMs: () => Date.now() }
