import type { FormAnswer } from '#lib/demo/simulator/wire.ts'

/** Shaped like a JWT, which is how a token is told from a key; signed by nobody. */
const TOKEN = [
  { alg: 'none', typ: 'JWT' },
  { aud: 'https://cognitiveservices.azure.com', iss: 'simulator' },
  'simulated',
]
  .map((part) => Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url'))
  .join('.')

/**
 * Microsoft Entra's token endpoint, for client credentials. It looks at the shape of what is shown, and verifies nothing but
 * that the secret is not `wrong`.
 */
export function answerEntraToken(form: URLSearchParams): FormAnswer {
  if (form.get('grant_type') !== 'client_credentials') {
    return refused(400, 'unsupported_grant_type', 'AADSTS70003: No such grant.')
  }
  if (!form.get('client_id')) return refused(400, 'invalid_request', 'AADSTS900144: client_id is missing.')
  if (!form.get('scope')?.endsWith('/.default')) {
    return refused(400, 'invalid_scope', 'AADSTS1002012: The scope must end in /.default.')
  }
  const secret = form.get('client_secret')
  if (!secret || secret === 'wrong') {
    return refused(401, 'invalid_client', 'AADSTS7000215: Invalid client secret provided.')
  }
  const token = { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token: TOKEN }
  return { status: 200, body: JSON.stringify(token) }
}

function refused(status: number, error: string, description: string): FormAnswer {
  return { status, body: JSON.stringify({ error, error_description: description }) }
}
