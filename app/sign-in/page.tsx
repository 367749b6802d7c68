import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { FirstMinute } from './first-minute.tsx'
import { signInProblem } from './sign-in-problem.ts'
import { SignOutButton } from './sign-out-button.tsx'
import { Button } from '#components/ui/button.tsx'
import { Mark } from '#components/ui/mark.tsx'
import { Note } from '#components/ui/note.tsx'
import { currentActor } from '#lib/identity/next-auth.ts'
import { readSignIn, type SignInFacts } from '#lib/identity/read-sign-in.ts'
import { safeNextPath } from '#lib/identity/rules/next-path.ts'
import { portal } from '#lib/wiring/portal.ts'

export const metadata: Metadata = { title: 'Sign in' }
export const dynamic = 'force-dynamic'

type SearchParams = Promise<Readonly<Record<string, string | readonly string[] | undefined>>>

export default async function SignInPage({ searchParams }: { readonly searchParams: SearchParams }) {
  const context = portal()
  const { config } = context
  const asked = await searchParams
  const next = nextPath(one(asked.callbackUrl), config.publicUrl)
  const [facts, actor] = await Promise.all([readSignIn(context), currentActor(context).catch(() => null)])
  if (actor && actor.roles.size > 0) redirect(next)

  const [main, ...others] = config.identityProviders
  const tried = config.identityProviders.find(({ id }) => id === one(asked.provider)) ?? main
  const problem = signInProblem({
    problem: one(asked.problem),
    error: one(asked.error),
    provider: tried?.name ?? 'The identity provider',
    whom: whom(facts),
    now: new Date(context.clock.nowMs()),
  })
  return (
    <div className="grid min-h-dvh grid-cols-[minmax(26rem,36rem)_1fr] bg-surface phone:block">
      <main id="main" className="flex min-h-dvh flex-col px-18 py-10 stacked:px-12 phone:px-6 phone:py-8">
        <p className="flex items-center gap-2.5 text-[0.9375rem] font-semibold">
          <Mark size={28} />
          Gatehouse
        </p>
        <div className="my-auto grid w-full max-w-[23rem] gap-5 py-8">
          {actor ? (
            <NoTeam name={actor.name} whom={whom(facts)} contact={facts.contact} />
          ) : (
            <>
              <div className="grid gap-1.5">
                <h1 className="text-[1.625rem] leading-8 font-semibold tracking-[-0.022em] text-balance">
                  {facts.organisation ? `Sign in to ${facts.organisation}` : 'Sign in'}
                </h1>
                <p className="text-ink-2">
                  Use your work account. If you are new, your team and your first key are set up as you sign in.
                </p>
              </div>
              {problem ? (
                <Note tone={problem.tone} title={problem.title} role="alert">
                  {problem.text}
                </Note>
              ) : null}
              {main ? (
                <ProviderForm id={main.id} name={main.name} next={next} isMain />
              ) : (
                <Note tone="bad" title="No identity provider is set up." role="alert">
                  Set OKTA_*, ENTRA_* or OIDC_* and start again.
                </Note>
              )}
              {others.length > 0 ? (
                <div className="grid gap-1 border-t border-line pt-3">
                  {others.map(({ id, name }) => (
                    <ProviderForm key={id} id={id} name={name} next={next} isMain={false} />
                  ))}
                </div>
              ) : null}
              {config.demo ? (
                <p className="text-xs text-ink-3">
                  This is a demonstration on your own machine. Demo SSO lets you choose one of eight people.
                </p>
              ) : null}
            </>
          )}
        </div>
        <p className="text-xs text-ink-3">
          {facts.contact ? <Contact {...facts.contact} /> : 'Trouble signing in? Ask your platform team.'}
          <br />
          Sign-ins are recorded in the audit log.
        </p>
      </main>
      <FirstMinute baseUrl={`${config.publicUrl}/v1`} isGatewayNormal={facts.isGatewayNormal} />
    </div>
  )
}

type ProviderFormProps = { readonly id: string; readonly name: string; readonly next: string; readonly isMain: boolean }

/** A plain form: it works before any script has loaded, and Enter presses the first one. */
function ProviderForm({ id, name, next, isMain }: ProviderFormProps) {
  return (
    <form method="post" action={`/api/auth/start/${id}`}>
      <input type="hidden" name="next" value={next} />
      {isMain ? (
        // The page has one thing to do; whoever comes here comes for this button.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        <Button type="submit" variant="primary" size="large" wide icon="lock" autoFocus>
          {`Continue with ${name}`}
        </Button>
      ) : (
        <Button type="submit" variant="quiet" wide icon="users" iconEnd="right">
          {`Continue with ${name}`}
        </Button>
      )}
    </form>
  )
}

/** Signed in, and mapped to nothing: a state of its own, with the person who can change it. */
function NoTeam({
  name,
  whom,
  contact,
}: {
  readonly name: string
  readonly whom: string
  readonly contact: SignInFacts['contact']
}) {
  return (
    <>
      <div className="grid gap-1.5">
        <h1 className="text-[1.625rem] leading-8 font-semibold tracking-[-0.022em] text-balance">
          You are signed in, but no team is set for your account
        </h1>
        <p className="text-ink-2">
          {`${name}, none of your groups is mapped to a team or a role yet. ${whom} decides; sign in again once that is done.`}
        </p>
      </div>
      <div className="flex flex-wrap gap-2">
        {contact?.mail ? (
          <a
            className="inline-flex h-10 items-center rounded-2 border border-accent bg-accent px-4 text-md font-medium text-on-accent hover:bg-accent-hover"
            href={`mailto:${contact.mail}?subject=${encodeURIComponent('Access to Gatehouse')}`}
          >
            Ask for access
          </a>
        ) : null}
        <SignOutButton />
      </div>
    </>
  )
}

function Contact({ name, mail }: { readonly name: string; readonly mail: string }) {
  return (
    <>
      Trouble signing in? Ask {name || 'your platform team'}
      {mail ? (
        <>
          {' or write to '}
          <a className="text-ink-2 underline underline-offset-2" href={`mailto:${mail}`}>
            {mail}
          </a>
        </>
      ) : null}
      .
    </>
  )
}

function whom({ contact }: SignInFacts): string {
  return contact?.name || contact?.mail || 'Your platform team'
}

function one(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0]
}

// next-auth gives a whole address of ours, our own pages a path.
function nextPath(callbackUrl: string | undefined, publicUrl: string): string {
  const path = callbackUrl?.startsWith(`${publicUrl}/`) ? callbackUrl.slice(publicUrl.length) : callbackUrl
  return safeNextPath(path)
}
