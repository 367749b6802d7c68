/**
 * Client credentials of Microsoft Entra's, which are exchanged for short-lived tokens (RFC 6749, 4.4): JSON as
 * `az ad sp create-for-rbac --json-auth` writes it.
 *
 * The JSON says where its token is asked for, so it could send the secret anywhere. It can name only Microsoft's own login
 * hosts over https, and this machine's (the provider simulator).
 */
import * as z from 'zod'
import { askForToken } from '#lib/providers/tokens/ask-for-token.ts'
import { isOnThisMachine, readShape } from '#lib/providers/tokens/read-json.ts'
import { isJson, type TokenSource } from '#lib/providers/tokens/token-source.ts'

export const entraTokens: TokenSource = {
  takes: (credential) => isJson(credential) && /"tenantId"\s*:/.test(credential),
  read(credential) {
    const { tenantId, clientId, clientSecret, activeDirectoryEndpointUrl: authority } = readShape(shape, credential)
    const tokenUrl = new URL(authority)
    tokenUrl.pathname = `${tokenUrl.pathname.replace(/\/$/, '')}/${tenantId}/oauth2/v2.0/token`
    return {
      account: clientId,
      exchange: (asking) =>
        askForToken(tokenUrl, asking, {
          grant_type: 'client_credentials',
          client_id: clientId,
          client_secret: clientSecret,
          scope: scopeAt(tokenUrl),
        }),
    }
  },
}

/** Microsoft's clouds, with what their Azure OpenAI is called: https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud */
const clouds = new Map([
  ['login.microsoftonline.com', 'https://cognitiveservices.azure.com/.default'],
  ['login.microsoftonline.us', 'https://cognitiveservices.azure.us/.default'],
  ['login.partner.microsoftonline.cn', 'https://cognitiveservices.azure.cn/.default'],
  ['login.chinacloudapi.cn', 'https://cognitiveservices.azure.cn/.default'],
])
const usualHost = 'login.microsoftonline.com'

function scopeAt({ hostname }: URL): string {
  return clouds.get(hostname) ?? clouds.get(usualHost)!
}

const shape = z.object({
  // An id, or a domain of the tenant's.
  tenantId: z.string().regex(/^[\w-]+(?:\.[\w-]+)*$/, 'must be the id or a domain of a tenant'),
  clientId: z.string().min(1, 'must be the id of an application').max(200),
  clientSecret: z.string('must be the value of a secret').min(1, 'must be the value of a secret'),
  activeDirectoryEndpointUrl: z
    .string()
    .refine(isMicrosoftsOrOurs, 'must be https at a login host of Microsoft’s')
    .default(`https://${usualHost}`),
})

function isMicrosoftsOrOurs(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  const { protocol, hostname, port, username, password, search, hash } = url
  if (username !== '' || password !== '' || search !== '' || hash !== '') return false
  if (isOnThisMachine(url)) return protocol === 'http:' || protocol === 'https:'
  return protocol === 'https:' && port === '' && clouds.has(hostname)
}
