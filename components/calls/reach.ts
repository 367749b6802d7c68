/** What a reader of calls may open from them: who sees everybody's calls need not see everybody's keys and decisions. */
export type Reach = { readonly keys: boolean; readonly decisions: boolean }
