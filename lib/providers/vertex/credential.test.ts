import { describe, expect, test } from 'vitest'
import { lastFourOf } from '#lib/providers/credentials/last-four.ts'
import { credentialProblem } from '#lib/providers/providers.ts'
import { readCredential } from '#lib/providers/vertex/credential.ts'
import { googleTokens } from '#lib/providers/vertex/google-tokens.ts'

const key = {
  type: 'service_account',
  client_email: 'gate@fernhill.iam.gserviceaccount.com',
  private_key: 'PEM-OF-A-KEY',
}
const federation = {
  type: 'external_account',
  audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/kube',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
  credential_source: { file: '/var/run/service-account/token' },
}
const read = (value: unknown) => readCredential(JSON.stringify(value))

describe('a credential for Vertex AI', () => {
  test.each([
    ['{"type":"service_account"}', true],
    ['\n  { "type": "external_account" }', true],
    ['ya29.c.b0Aaekm1K', false],
    ['AIzaSyA-0123456789', false],
  ])('%j: exchanged %s', (text, exchanged) => expect(googleTokens.takes(text)).toBe(exchanged))

  test('of a service account asks Google for its token, unless it says where', () => {
    const { private_key: privateKey, client_email: email } = key
    const said = read(key)
    expect(said).toMatchObject({ kind: 'service account', email, privateKey, keyId: null })
    expect(said.tokenUrl.href).toBe('https://oauth2.googleapis.com/token')
    const elsewhere = 'http://127.0.0.1:4010/vertex/token'
    expect(read({ ...key, token_uri: elsewhere }).tokenUrl.href).toBe(elsewhere)
  })

  test('of a federation reads a file, as text or as a member of JSON', () => {
    const file = '/var/run/service-account/token'
    expect(read(federation)).toMatchObject({ kind: 'federated', source: { file }, field: null })
    const format = { type: 'json', subject_token_field_name: 'id' }
    const source = { file: '/token', format }
    expect(read({ ...federation, credential_source: source })).toMatchObject({
      source: { file: '/token' },
      field: 'id',
    })
  })

  test('of a federation reads an address, with the headers that it wants', () => {
    const source = { url: 'http://169.254.169.254/metadata/identity?x=y', headers: { Metadata: 'True' } }
    const said = read({ ...federation, credential_source: { ...source, format: { type: 'json' } } })
    expect(said).toMatchObject({
      source: { url: new URL(source.url), headers: { Metadata: 'True' } },
      field: 'access_token',
    })
  })

  test.each([
    [{ url: 'file:///etc/passwd' }, 'credential_source.url'],
    [{ url: 'http://user:pass@id.internal/token' }, 'credential_source.url'],
    [{ url: 'http://id.internal/token', file: '/token' }, 'credential_source: must name a file or a url'],
    [{}, 'credential_source: must name a file or a url'],
    [{ url: 'http://id.internal/token', headers: { Host: 'other.internal' } }, 'credential_source.headers.Host'],
    [{ url: 'http://id.internal/token', headers: { 'transfer-encoding': 'chunked' } }, 'credential_source.headers'],
    [{ url: 'http://id.internal/token', headers: { 'x y': 'a' } }, 'credential_source.headers'],
    [{ url: 'http://id.internal/token', headers: { x: 'a\r\nhost: b' } }, 'credential_source.headers.x'],
  ])('of a federation with the source %j is refused by the name of its field', (source, named) => {
    expect(() => read({ ...federation, credential_source: source })).toThrow(named)
  })

  test.each([
    'http://oauth2.googleapis.com/token',
    'https://oauth2.googleapis.com.evil.example/token',
    'https://evilgoogleapis.com/token',
    'https://user:pass@oauth2.googleapis.com/token',
    'https://oauth2.googleapis.com:8443/token',
    'https://evil.example/#.googleapis.com',
    'http://169.254.169.254/computeMetadata/v1/token',
    'http://metadata.google.internal/token',
    'http://127.0.0.1.evil.example/token',
    'http://10.0.0.7/token',
    'file:///etc/passwd',
    'nonsense',
  ])('asks for no token at %s', (url) => {
    expect(() => read({ ...key, token_uri: url })).toThrow('token_uri: must be https at googleapis.com')
    expect(() => read({ ...federation, token_url: url })).toThrow('token_url: must be https')
    expect(() => read({ ...federation, service_account_impersonation_url: url })).toThrow('must be https')
  })

  test.each([
    [{ type: 'authorized_user' }, 'type: must be service_account or external_account'],
    [{ ...key, private_key: 7 }, 'private_key'],
    [{ ...federation, credential_source: { executable: { command: 'id' } } }, 'credential_source: must name'],
    [{ ...federation, subject_token_type: 'urn:ietf:params:aws:token-type:aws4_request' }, 'subject_token_type'],
  ])('%# is refused by the name of its field, and tells nothing else', (value, named) => {
    expect(() => read(value)).toThrow(named)
    expect(() => read(value)).not.toThrow('PEM-OF-A-KEY')
  })

  test('that only begins like JSON is refused', () => {
    expect(() => readCredential('{"type": PEM-OF-A-KEY')).toThrow('the credential begins like JSON, and is none')
  })
})

describe('a credential for Vertex AI, as it is entered', () => {
  const entered = JSON.stringify({ ...key, private_key_id: '8f3a1c', private_key: 'PEM\nOF\nA\nKEY\n' }, null, 2)

  test('may lose its line breaks in a field of one line', () => {
    expect(readCredential(entered.replaceAll('\n', ''))).toEqual(readCredential(entered))
    expect(readCredential(entered)).toMatchObject({ privateKey: 'PEM\nOF\nA\nKEY\n' })
  })

  test.each([
    [entered, null],
    ['ya29.token', null],
    ['{"type":"authorized_user"}', 'type: must be service_account or external_account'],
  ])('%# is looked at before a call fails', (text, problem) => expect(credentialProblem('vertex', text)).toBe(problem))

  test.each([
    ['http://169.254.169.254/metadata/identity', true],
    // What stands behind the question mark is the caller's to say; nothing else is.
    ['http://169.254.169.254/metadata/identity?resource=api', true],
    ['http://2852039166/metadata/identity', true],
    ['http://169.254.169.254/metadata/instance', false],
    ['http://169.254.169.254/metadata/identity/../instance', false],
    ['http://169.254.169.254/metadata/identity/%2e%2e/instance', false],
    ['http://169.254.169.254//metadata/identity', false],
    ['http://169.254.169.254:8080/metadata/identity', false],
    ['https://169.254.169.254/metadata/identity', false],
    ['http://metadata.google.internal/metadata/identity', false],
    ['http://10.0.0.7/', false],
    ['http://[::1]/metadata/identity', false],
  ])('that reads %s is taken only where the setting lists it: %s', (url, isAllowed) => {
    const text = JSON.stringify({ ...federation, credential_source: { url } })
    const problem = 'credential_source.url: is asked only where GATEHOUSE_IDENTITY_TOKEN_URLS lists it'
    expect(credentialProblem('vertex', text)).toBe(problem)
    const listed = ['http://169.254.169.254/metadata/identity']
    expect(credentialProblem('vertex', text, listed)).toBe(isAllowed ? null : problem)
  })

  test.each([
    [entered, '3a1c'],
    ['ya29.token-wxyz', 'wxyz'],
  ])('%# is told from others by four characters', (text, shown) => expect(lastFourOf(text)).toBe(shown))
})
