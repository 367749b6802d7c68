import { describe, expect, test } from 'vitest'
import { normalEmail, readClaims, sameIssuer } from '#lib/identity/rules/claims.ts'

const issuer = 'https://id.example.com'
const token = { iss: issuer, sub: 'subject', email: 'Dana@Demo.Test', name: 'Dana', groups: ['eng-search'] }
const read = (claims: object) => readClaims({ ...token, ...claims }, issuer)
const groupsOf = (claims: object) => {
  const result = read(claims)
  return result.kind === 'identity' ? result.identity.groups : result.reason
}

describe('an ID token', () => {
  test('tells who somebody is', () => {
    expect(read({ sid: 'session', email_verified: true })).toEqual({
      kind: 'identity',
      identity: {
        subject: 'subject',
        idpSession: 'session',
        email: 'dana@demo.test',
        emailVerified: true,
        name: 'Dana',
        groups: ['eng-search'],
      },
    })
  })

  test.each([
    ['another issuer', { iss: 'https://evil.example' }],
    ['an issuer that begins alike', { iss: `${issuer}.evil.example` }],
    ['no issuer', { iss: undefined }],
    ['no subject', { sub: undefined }],
    ['an empty subject', { sub: '' }],
    ['a number as subject', { sub: 7 }],
  ])('with %s is nobody’s', (_what, claims) => {
    expect(read(claims)).toEqual({ kind: 'refused', reason: 'invalid_identity' })
  })

  test.each([
    ['no address', { email: undefined }],
    ['an address of two at-signs', { email: 'a@b@demo.test' }],
    ['look-alike letters', { email: 'dаna@demo.test' }],
    ['a look-alike at-sign', { email: 'dana＠demo.test' }],
    ['a line end', { email: 'dana@demo.test\n' + 'x' }],
    ['a name in front', { email: 'Dana <dana@demo.test>' }],
  ])('with %s is refused', (_what, claims) => {
    expect(read(claims)).toEqual({ kind: 'refused', reason: 'no_email' })
  })

  test('may have the address as user name, as Entra does', () => {
    expect(read({ email: undefined, preferred_username: 'dana@demo.test' })).toMatchObject({
      identity: { email: 'dana@demo.test', emailVerified: null },
    })
  })

  test.each([
    ['a list', { groups: ['b', 'a', 'a'] }, ['a', 'b']],
    ['one word', { groups: 'a' }, ['a']],
    ['none', { groups: undefined }, []],
    ['an empty list', { groups: [] }, []],
    ['things that are no words', { groups: ['a', 7, null, {}, '', ' b '] }, ['a', 'b']],
    ['an object', { groups: { admin: true } }, []],
    ['application roles beside groups', { groups: ['a'], roles: ['Gatehouse.Admin'] }, ['Gatehouse.Admin', 'a']],
    ['application roles alone', { groups: undefined, roles: ['Gatehouse.Admin'] }, ['Gatehouse.Admin']],
  ])('gives groups from %s', (_what, claims, groups) => {
    expect(groupsOf(claims)).toEqual(groups)
  })

  test.each([
    [
      {
        groups: undefined,
        _claim_names: { groups: 'src1' },
        _claim_sources: { src1: { endpoint: 'https://graph.example' } },
      },
    ],
    [{ groups: undefined, hasgroups: true }],
  ])('that names too many groups to list is refused rather than read as having none: %o', (claims) => {
    expect(groupsOf(claims)).toBe('groups_overage')
  })

  test('with application roles needs no groups, however many there are', () => {
    expect(groupsOf({ groups: undefined, _claim_names: { groups: 'src1' }, roles: ['Gatehouse.Admin'] })).toEqual([
      'Gatehouse.Admin',
    ])
  })

  test.each([[null], ['text'], [[]], [undefined]])('is not %o', (claims) => {
    expect(readClaims(claims, issuer)).toEqual({ kind: 'refused', reason: 'invalid_identity' })
  })
})

test.each([
  ['https://id.example.com', 'https://id.example.com/', true],
  ['https://id.example.com', 'https://id.example.com//', false],
  ['https://id.example.com', 'http://id.example.com', false],
  ['https://id.example.com/a', 'https://id.example.com/b', false],
])('issuers %s and %s are the same: %s', (a, b, same) => {
  expect(sameIssuer(a, b)).toBe(same)
})

test('an address is written one way', () => {
  expect([' Dana@Demo.Test ', 'dana@demo.test'].map(normalEmail)).toEqual(['dana@demo.test', 'dana@demo.test'])
})
