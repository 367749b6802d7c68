import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { actorFromRequest } from '#lib/identity/caller-of.ts'
import { openIdToken } from '#lib/identity/rules/id-token-box.ts'
import { signInPerson, type SignInOutcome } from '#lib/identity/sign-in-person.ts'
import { startSignIn } from '#lib/identity/start-sign-in.ts'
import { openSignInPortal, signInAs, TinyBrowser, type SignInPortal } from '#lib/testing/sign-in-portal.ts'
import { createSmallCompany } from '#lib/testing/small-company.ts'

let portal: SignInPortal
const cookieName = 'next-auth.session-token'

beforeAll(async () => {
  portal = await openSignInPortal()
  const company = await createSmallCompany(portal.context.db)
  await portal.context.db.profileMapping.createMany({
    data: [
      { id: 'map_admins', group: 'gatehouse-admins', priority: 100, roles: ['admin'] },
      {
        id: 'map_platform',
        group: 'platform',
        priority: 50,
        teamId: 'team_platform',
        roles: ['developer'],
        profileId: company.profiles.experiment,
      },
      { id: 'map_search', group: 'eng-search', priority: 40, teamId: 'team_search', roles: ['developer'] },
      { id: 'map_leads', group: 'team-leads', priority: 10, isLead: true },
      {
        id: 'map_contractors',
        group: 'contractors',
        priority: 60,
        teamId: 'team_search',
        roles: ['developer'],
        profileId: company.profiles.restricted,
      },
    ],
  })
})
afterAll(() => portal.close())

function actorIn(browser: TinyBrowser) {
  return actorFromRequest(portal.context, new Request(portal.url, { headers: { cookie: browser.cookieHeader('/') } }))
}

function sessionsOf(email: string) {
  return portal.context.db.session.findMany({ where: { user: { email } }, orderBy: { createdAt: 'asc' } })
}

describe('signing in', () => {
  test('runs against a real OpenID provider with PKCE, state and nonce', async () => {
    const browser = new TinyBrowser()
    const start = await browser.request(`${portal.url}/api/auth/start/demo`, {
      method: 'POST',
      headers: { origin: portal.url },
    })
    const asked = new URL(start.headers.get('location') ?? '')
    expect(asked.origin).toBe(portal.issuer)
    expect(asked.searchParams.get('scope')).toBe('openid profile email groups')
    expect(asked.searchParams.get('code_challenge_method')).toBe('S256')
    for (const name of ['code_challenge', 'state', 'nonce']) expect(asked.searchParams.get(name)).toBeTruthy()
  })

  test('ends on the page one came for, with team, roles and profile from the groups', async () => {
    const browser = new TinyBrowser()
    const { url } = await signInAs(portal, browser, 'demo-tess', '/keys?new=1')
    expect(url).toBe(`${portal.url}/keys?new=1`)
    const actor = await actorIn(browser)
    expect(actor).toMatchObject({
      kind: 'user',
      id: 'user_tess',
      email: 'tess@demo.test',
      teamIds: ['team_search'],
      leadOf: ['team_search'],
    })
    expect([...(actor?.roles ?? [])]).toEqual(['developer'])
  })

  test('sets up somebody who was never here, on the default profile', async () => {
    const { db } = portal.context
    await db.profileMapping.create({ data: { id: 'map_security', group: 'security', priority: 5, roles: ['auditor'] } })
    const browser = new TinyBrowser()
    await signInAs(portal, browser, 'demo-audrey')
    const actor = await actorIn(browser)
    expect(actor?.roles).toEqual(new Set(['auditor']))
    const user = await db.user.findUniqueOrThrow({
      where: { email: 'audrey@demo.test' },
      include: { identities: true, profile: true },
    })
    expect(user).toMatchObject({ name: 'Audrey Chen', profile: { isDefault: true }, primaryTeamId: null })
    expect(user.identities).toMatchObject([{ subject: 'demo-audrey' }])
    const actions = await db.auditEntry.findMany({
      where: { targetId: user.id },
      select: { action: true },
      orderBy: { seq: 'asc' },
    })
    expect(actions.map(({ action }) => action)).toEqual(['user.provision', 'session.sign_in'])
  })

  test('lets somebody in whose groups nobody mapped, with no role at all', async () => {
    const browser = new TinyBrowser()
    await signInAs(portal, browser, 'demo-vera')
    expect(await actorIn(browser)).toMatchObject({ roles: new Set(), teamIds: [], profileId: null })
  })

  test('gives the mapping with the highest priority the say on the profile', async () => {
    const browser = new TinyBrowser()
    await signInAs(portal, browser, 'demo-cole')
    const actor = await actorIn(browser)
    const profile = await portal.context.db.accessProfile.findUniqueOrThrow({ where: { id: actor?.profileId ?? '' } })
    expect(profile.name).toBe('Restricted')
  })

  test('follows the groups at each sign-in, and tells the gateways', async () => {
    const { db } = portal.context
    const [first, second] = [new TinyBrowser(), new TinyBrowser()]
    await signInAs(portal, first, 'demo-dana')
    const version = () => db.policyVersion.findUnique({ where: { subject: 'user:user_dana' } })
    const before = (await version())?.version ?? 0n
    await db.profileMapping.update({ where: { group: 'eng-search' }, data: { teamId: 'team_finance' } })
    await signInAs(portal, second, 'demo-dana')
    await db.profileMapping.update({ where: { group: 'eng-search' }, data: { teamId: 'team_search' } })
    expect((await actorIn(second))?.teamIds).toEqual(['team_finance'])
    // The older browser sees the same at once: roles and teams are never in the cookie.
    expect((await actorIn(first))?.teamIds).toEqual(['team_finance'])
    expect((await version())?.version).toBeGreaterThan(before)
    expect((await version())?.published).toBe(true)
  })

  test('remembers the groups, and tells the gateways when they change, whatever they map to', async () => {
    const { db } = portal.context
    const version = async () =>
      (await db.policyVersion.findUnique({ where: { subject: 'user:user_dana' } }))?.version ?? 0n
    await db.user.update({ where: { id: 'user_dana' }, data: { groups: ['contractors'] } })
    const before = await version()
    await signInAs(portal, new TinyBrowser(), 'demo-dana')
    expect((await db.user.findUnique({ where: { id: 'user_dana' } }))?.groups).toEqual(['eng-search'])
    const changed = await version()
    expect(changed).toBeGreaterThan(before)
    await signInAs(portal, new TinyBrowser(), 'demo-dana')
    expect(await version()).toBe(changed)
  })

  test('keeps groups and tokens out of the cookie, and the ID token sealed in the row', async () => {
    const browser = new TinyBrowser()
    await signInAs(portal, browser, 'demo-ada')
    expect(browser.cookie(cookieName)?.length).toBeLessThan(600)
    const session = (await sessionsOf('ada@demo.test')).at(-1)
    expect(session?.groups).toEqual(['gatehouse-admins', 'platform'])
    expect(session?.idToken).toBeTruthy()
    expect(session?.idToken).not.toContain('eyJ')
    const told = await browser.request(`${portal.url}/api/auth/session`)
    expect(Object.keys((await told.json()) as object)).toEqual(['expires'])
  })

  test('gives a new session each time and ends the one that the browser had', async () => {
    const browser = new TinyBrowser()
    await signInAs(portal, browser, 'demo-finn')
    const old = browser.cookie(cookieName) ?? ''
    await signInAs(portal, browser, 'demo-finn')
    expect(browser.cookie(cookieName)).not.toBe(old)
    const stolen = new TinyBrowser()
    stolen.setCookie(cookieName, old)
    expect(await actorIn(stolen)).toBeNull()
    expect(await actorIn(browser)).not.toBeNull()
  })

  test('refuses a disabled account, and says so on the sign-in page', async () => {
    const { db } = portal.context
    await db.user.update({ where: { id: 'user_finn' }, data: { status: 'disabled' } })
    const browser = new TinyBrowser()
    const { url } = await signInAs(portal, browser, 'demo-finn')
    await db.user.update({ where: { id: 'user_finn' }, data: { status: 'active' } })
    expect(url).toBe(`${portal.url}/sign-in?problem=disabled&provider=demo`)
    expect(browser.cookie(cookieName)).toBeUndefined()
  })

  test('never links an address that belongs to another identity', async () => {
    const { db } = portal.context
    await db.user.create({
      data: {
        id: 'user_sam',
        email: 'sam@demo.test',
        name: 'Sam',
        identities: { create: { issuer: 'https://other.example', subject: 'sam' } },
      },
    })
    const { url } = await signInAs(portal, new TinyBrowser(), 'demo-sam')
    expect(url).toBe(`${portal.url}/sign-in?problem=email_in_use&provider=demo`)
    await db.user.delete({ where: { id: 'user_sam' } })
  })

  test.each(['User', 'UserIdentity'])(
    'links an address once when another browser was first, just after reading %s',
    async (table) => {
      const { context } = portal
      const provider = context.config.identityProviders[0]!
      const [subject, email] = [`twice-${table}`, `twice-${table.toLowerCase()}@demo.test`]
      await context.db.user.create({ data: { id: `user_twice_${table}`, email, name: 'Twice' } })
      const claims = { iss: provider.issuer, sub: subject, email, email_verified: true, groups: ['eng-search'] }
      const origin = { ip: null, requestId: null }
      const attempt = { provider, claims, idToken: null, previousSessionId: null, origin }

      let overtaken: Promise<SignInOutcome> | null = null
      const db = context.db.$extends({
        query: {
          async $allOperations({ model, operation, args, query }) {
            const answer: unknown = await query(args)
            if (model === table && operation === 'findUnique') await (overtaken ??= signInPerson(context, attempt))
            return answer
          },
        },
      }) as unknown as typeof context.db
      const slower = await signInPerson({ ...context, db }, attempt)
      expect([await overtaken, slower]).toMatchObject([{ kind: 'signed_in' }, { kind: 'signed_in' }])
    },
  )

  test('says when the identity provider does not answer, and lets nobody in', async () => {
    const dead = { ...portal.context.config.identityProviders[0]!, issuer: 'http://127.0.0.1:9' }
    const context = { ...portal.context, config: { ...portal.context.config, identityProviders: [dead] } }
    const response = await startSignIn(
      context,
      new Request(`${portal.url}/api/auth/start/demo`, { method: 'POST', headers: { origin: portal.url } }),
      'demo',
    )
    expect(response.headers.get('location')).toBe(`${portal.url}/sign-in?error=OAuthSignin&provider=demo`)
  })

  test.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/api/auth/signout', '/sign-in?next=/'])(
    'does not go on to %s afterwards',
    async (next) => {
      const { url } = await signInAs(portal, new TinyBrowser(), 'demo-dana', next)
      expect(url).toBe(`${portal.url}/`)
    },
  )

  test.each([
    ['another site', { origin: 'https://evil.example' }],
    ['nowhere', {}],
    ['a sandbox', { origin: 'null' }],
    ['another site, as the browser says', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
  ])('does not begin by a form from %s', async (_where, headers: Record<string, string>) => {
    const response = await new TinyBrowser().request(`${portal.url}/api/auth/start/demo`, { method: 'POST', headers })
    expect(response.headers.get('location')).toBe(`${portal.url}/sign-in`)
  })

  test('does not accept the answer to a sign-in that another browser began', async () => {
    const [victim, attacker] = [new TinyBrowser(), new TinyBrowser()]
    const chooser = await attacker.visit(`${portal.url}/api/auth/start/demo`, {
      method: 'POST',
      headers: { origin: portal.url },
    })
    const finished = await attacker.request(chooser.url, {
      method: 'POST',
      body: new URLSearchParams({ subject: 'demo-ada' }),
    })
    const resumed = await attacker.request(finished.headers.get('location') ?? '')
    const callback = resumed.headers.get('location') ?? ''
    expect(callback).toContain('/api/auth/callback/demo?code=')
    const { url } = await victim.visit(callback)
    expect(url).toMatch(/\/sign-in\?.*error=OAuthCallback/)
    expect(victim.cookie(cookieName)).toBeUndefined()
  })
})

describe('a session', () => {
  test('ends after eight hours without use, and after a day in any case', async () => {
    const browser = new TinyBrowser()
    await signInAs(portal, browser, 'demo-ada')
    const start = portal.context.clock.nowMs()
    const hours = (count: number) => portal.test.setNow(start + count * 3_600_000)
    for (const hour of [7, 14, 21]) {
      hours(hour)
      expect(await actorIn(browser)).not.toBeNull()
    }
    hours(24.1)
    expect(await actorIn(browser)).toBeNull()
    hours(0)
    const idle = new TinyBrowser()
    await signInAs(portal, idle, 'demo-ada')
    hours(8.1)
    expect(await actorIn(idle)).toBeNull()
    hours(0)
  })

  test('is worth nothing once the account is disabled', async () => {
    const browser = new TinyBrowser()
    await signInAs(portal, browser, 'demo-dana')
    await portal.context.db.user.update({ where: { id: 'user_dana' }, data: { status: 'disabled' } })
    expect(await actorIn(browser)).toBeNull()
    await portal.context.db.user.update({ where: { id: 'user_dana' }, data: { status: 'active' } })
  })

  test.each([
    ['altered', (cookie: string) => `${cookie.slice(0, -4)}AAAA`],
    ['cut short', (cookie: string) => cookie.slice(0, 40)],
    ['no token at all', () => 'admin'],
    ['as long as a book', () => 'a'.repeat(100_000)],
  ])('is not had with a cookie that is %s', async (_what, change) => {
    const browser = new TinyBrowser()
    await signInAs(portal, browser, 'demo-ada')
    browser.setCookie(cookieName, change(browser.cookie(cookieName) ?? ''))
    expect(await actorIn(browser)).toBeNull()
  })
})

describe('signing out', () => {
  async function signOut(browser: TinyBrowser) {
    const csrf = (await (await browser.request(`${portal.url}/api/auth/csrf`)).json()) as { csrfToken: string }
    return browser.request(`${portal.url}/api/auth/signout`, {
      method: 'POST',
      body: new URLSearchParams({ csrfToken: csrf.csrfToken, callbackUrl: '/sign-in' }),
    })
  }

  test('ends the session here and at the identity provider, which then asks who one is', async () => {
    const browser = new TinyBrowser()
    await signInAs(portal, browser, 'demo-ada')
    const cookie = browser.cookie(cookieName) ?? ''
    const answer = await signOut(browser)
    const next = new URL(answer.headers.get('location') ?? '')
    expect(next.origin).toBe(portal.issuer)
    expect(next.searchParams.get('id_token_hint')).toBeTruthy()
    expect(next.searchParams.get('post_logout_redirect_uri')).toBe(`${portal.url}/sign-in`)

    const page = await (await browser.request(next.href)).text()
    const xsrf = /name="xsrf" value="(\w+)"/.exec(page)?.[1] ?? ''
    const done = await browser.visit(`${portal.issuer}/session/end/confirm`, {
      method: 'POST',
      body: new URLSearchParams({ xsrf, logout: 'yes' }),
    })
    expect(done.url).toBe(`${portal.url}/sign-in`)

    const kept = new TinyBrowser()
    kept.setCookie(cookieName, cookie)
    expect(await actorIn(kept)).toBeNull()
    const again = await browser.visit(`${portal.url}/api/auth/start/demo`, {
      method: 'POST',
      headers: { origin: portal.url },
    })
    expect(new URL(again.url).pathname).toMatch(/^\/choose\//)
  })

  test('needs the token that only our own page has', async () => {
    const browser = new TinyBrowser()
    await signInAs(portal, browser, 'demo-ada')
    await browser.request(`${portal.url}/api/auth/signout`, {
      method: 'POST',
      body: new URLSearchParams({ csrfToken: 'guessed' }),
    })
    expect(await actorIn(browser)).not.toBeNull()
  })

  test('at the identity provider ends the session here, without the browser', async () => {
    // The identity provider has a clock of its own, and its token is good for two minutes of it.
    portal.test.setNow(Date.now())
    const browser = new TinyBrowser()
    await signInAs(portal, browser, 'demo-dana')
    const session = (await sessionsOf('dana@demo.test')).at(-1)
    expect(session?.idpSession).toBeTruthy()
    const page = await (await browser.request(`${portal.issuer}/session/end`)).text()
    const xsrf = /name="xsrf" value="(\w+)"/.exec(page)?.[1] ?? ''
    await browser.visit(`${portal.issuer}/session/end/confirm`, {
      method: 'POST',
      body: new URLSearchParams({ xsrf, logout: 'yes' }),
    })
    expect(await actorIn(browser)).toBeNull()
    const entry = await portal.context.db.auditEntry.findFirst({
      where: { action: 'session.back_channel_logout' },
      orderBy: { seq: 'desc' },
    })
    expect(entry).toMatchObject({ targetId: 'user_dana', actorType: 'system' })
  })
})

describe('a back-channel logout', () => {
  const post = (token: string) =>
    fetch(`${portal.url}/api/auth/backchannel-logout`, {
      method: 'POST',
      body: new URLSearchParams({ logout_token: token }),
    })

  test.each([
    ['nothing', ''],
    ['text', 'logout please'],
    ['an unsigned token', `${btoa('{"alg":"none"}')}.${btoa('{"sub":"demo-ada"}')}.`],
  ])('with %s is refused', async (_what, token) => {
    const response = await post(token)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({ error: 'invalid_request' })
  })

  test('with an ID token is refused: it is not a logout token', async () => {
    const browser = new TinyBrowser()
    await signInAs(portal, browser, 'demo-ada')
    const session = (await sessionsOf('ada@demo.test')).at(-1)
    const idToken = openIdToken(session?.idToken ?? '', portal.context.config.masterKey, session?.id ?? '')
    expect(idToken).toMatch(/^eyJ/)
    expect((await post(idToken ?? '')).status).toBe(400)
    expect(await actorIn(browser)).not.toBeNull()
  })
})
