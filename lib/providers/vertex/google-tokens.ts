import { isJson, type TokenSource } from '#lib/providers/tokens/token-source.ts'
import { readCredential } from '#lib/providers/vertex/credential.ts'
import { exchangeCredential } from '#lib/providers/vertex/exchange-credential.ts'

/** Service accounts and workload identity federations of Google's. */
export const googleTokens: TokenSource = {
  takes: isJson,
  read(credential) {
    const read = readCredential(credential)
    return {
      account: read.kind === 'service account' ? read.email : read.audience,
      readFrom: read.kind === 'federated' && 'url' in read.source ? read.source.url : undefined,
      exchange: (asking) => exchangeCredential(read, asking),
    }
  },
}
