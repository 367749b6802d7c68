/** Which endpoints a model can be asked at. Pure. */
import { conversations, type Endpoint } from '#lib/catalog/contract.ts'

/**
 * A model that can be talked to at one endpoint can be talked to at all that are for conversations: where its provider
 * speaks another wire, the gateway translates. Everything else a model serves only where its entry says so.
 */
export function serves(model: { readonly endpoints: readonly Endpoint[] }, endpoint: Endpoint): boolean {
  if (model.endpoints.includes(endpoint)) return true
  return isOfConversations(endpoint) && model.endpoints.some(isOfConversations)
}

/** Counting the tokens of a conversation goes with it. */
function isOfConversations(endpoint: Endpoint): boolean {
  return endpoint === 'count_tokens' || conversations.includes(endpoint)
}
