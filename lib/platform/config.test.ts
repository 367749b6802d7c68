import fs from 'node:fs'
import { describe, expect, test } from 'vitest'
import { ConfigError, demoMode, environmentProblems, isLoopback, loadConfig, variables } from '#lib/platform/config.ts'

const key = Buffer.alloc(32, 7).toString('base64')
const complete = {
  DATABASE_URL: 'postgresql://localhost/x',
  REDIS_URL: 'redis://localhost:6379',
  NEXTAUTH_SECRET: 'x'.repeat(32),
  GATEHOUSE_MASTER_KEY: key,
  GATEHOUSE_KEY_PEPPER: key,
}

test('.env.example names exactly the variables that are read', () => {
  const named = [...fs.readFileSync('.env.example', 'utf8').matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1])
  expect(named.toSorted()).toEqual(Object.keys(variables.shape).toSorted())
})

describe('a bad environment', () => {
  test.each([
    [{ PORT: 'abc' }, 'PORT'],
    [{ PORT: '70000' }, 'PORT'],
    [{ PORT: '-1' }, 'PORT'],
    [{ DATABASE_URL: 'mysql://x' }, 'DATABASE_URL'],
    [{ REDIS_URL: 'localhost:6379' }, 'REDIS_URL'],
    [{ NEXTAUTH_URL: 'ftp://x' }, 'NEXTAUTH_URL'],
    [{ GATEHOUSE_IDENTITY_TOKEN_URLS: 'http://id.internal/token,file:///etc/passwd' }, 'GATEHOUSE_IDENTITY_TOKEN_URLS'],
    [{ GATEHOUSE_IDENTITY_TOKEN_URLS: 'http://id.internal/token?x=y' }, 'GATEHOUSE_IDENTITY_TOKEN_URLS'],
    [{ GATEHOUSE_CORS_ORIGINS: '*' }, 'GATEHOUSE_CORS_ORIGINS'],
    [{ GATEHOUSE_CORS_ORIGINS: 'https://chat.example.com/page' }, 'GATEHOUSE_CORS_ORIGINS'],
    [{ GATEHOUSE_IDENTITY_TOKEN_URLS: '*' }, 'GATEHOUSE_IDENTITY_TOKEN_URLS'],
    [{ NEXTAUTH_SECRET: 'short' }, 'NEXTAUTH_SECRET'],
    [{ GATEHOUSE_MASTER_KEY: 'AAAA' }, 'GATEHOUSE_MASTER_KEY'],
    [{ GATEHOUSE_KEY_PEPPER: 'not base64 at all' }, 'GATEHOUSE_KEY_PEPPER'],
    [{ GATEHOUSE_BOOTSTRAP_TOKEN: 'tooshort' }, 'GATEHOUSE_BOOTSTRAP_TOKEN'],
    [{ GATEHOUSE_DEMO: 'yes' }, 'GATEHOUSE_DEMO'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL'],
    [{ WEB_CONCURRENCY: '0' }, 'WEB_CONCURRENCY'],
    [{ OKTA_ISSUER: 'https://x.okta.com' }, 'OKTA_CLIENT_ID'],
    [{ ENTRA_CLIENT_ID: 'x' }, 'ENTRA_TENANT_ID'],
    [{ HOST: '0.0.0.0' }, 'HOST'],
    [{ GATEHOUSE_DEMO: 'off' }, 'GATEHOUSE_DEMO'],
  ])('%o is named, with what was expected and an example', (env, name) => {
    const problems = environmentProblems(env)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(name)
    expect(problems[0]).toMatch(/expected|Set/)
  })

  test('is reported whole, not one problem at a time', () => {
    expect(environmentProblems({ PORT: 'x', LOG_LEVEL: 'x', WEB_CONCURRENCY: 'x' })).toHaveLength(3)
  })

  test('never shows the value of a secret', () => {
    const problems = environmentProblems({ NEXTAUTH_SECRET: 'hunter2', GATEHOUSE_MASTER_KEY: 'hunter2' }).join('\n')
    expect(problems).not.toContain('hunter2')
  })

  test('without what a process needs does not load', () => {
    expect(() => loadConfig({})).toThrow(ConfigError)
  })
})

test('an empty variable is the same as none', () => {
  expect(environmentProblems({ PORT: '', DATABASE_URL: '' })).toEqual([])
})

test('the demo is on by itself only without an identity provider', () => {
  expect(demoMode({})).toBe(true)
  expect(demoMode({ OIDC_ISSUER: 'https://id.example.com' })).toBe(false)
  expect(demoMode({ GATEHOUSE_DEMO: 'on', OIDC_ISSUER: 'https://id.example.com' })).toBe(true)
})

test('a complete environment loads with its defaults', () => {
  const config = loadConfig(complete)
  expect(config).toMatchObject({
    host: '127.0.0.1',
    port: 3000,
    publicUrl: 'http://127.0.0.1:3000',
    demo: true,
    webConcurrency: 1,
  })
  expect(config.masterKey).toHaveLength(32)
})

test.each([
  ['127.0.0.1', true],
  ['127.8.8.8', true],
  ['localhost', true],
  ['::1', true],
  ['0.0.0.0', false],
  ['10.0.0.1', false],
  ['example.com', false],
  ['127.0.0.1.example.com', false],
])('%s is loopback: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected)
})
