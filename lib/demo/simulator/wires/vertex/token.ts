import type { FormAnswer } from '#lib/demo/simulator/wire.ts'

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/

/**
 * OAuth's token endpoint, for service accounts (RFC 7523) and for federated identities (RFC 8693). It looks at the shape of
 * what is shown, and verifies nothing.
 */
export function answerTokenRequest(form: URLSearchParams): FormAnswer {
  const grant = form.get('grant_type')
  const shown = form.get(grant === JWT_BEARER ? 'assertion' : 'subject_token') ?? ''
  if (grant !== JWT_BEARER && grant !== TOKEN_EXCHANGE) return refused('unsupported_grant_type', 'No such grant.')
  if (!JWT.test(shown)) return refused('invalid_grant', 'A signed JWT was expected.')
  if (grant === TOKEN_EXCHANGE && !form.get('audience')) return refused('invalid_request', 'An audience was expected.')
  const token = { access_token: 'ya29.simulated', expires_in: 3599, token_type: 'Bearer' }
  return { status: 200, body: JSON.stringify(token) }
}

function refused(error: string, description: string): FormAnswer {
  return { status: 400, body: JSON.stringify({ error, error_description: description }) }
}
