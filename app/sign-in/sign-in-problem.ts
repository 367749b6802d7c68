/** Why somebody is back on the sign-in page, in words that say what to do next. */
export type SignInProblem = { readonly tone: 'bad' | 'warn'; readonly title: string; readonly text: string }

type Facts = {
  /** Ours: what `signInPerson` refused. */
  readonly problem: string | undefined
  /** next-auth's: what went wrong with the protocol. */
  readonly error: string | undefined
  /** The name of the provider that was tried. */
  readonly provider: string
  readonly whom: string
  readonly now: Date
}

export function signInProblem({ problem, error, provider, whom, now }: Facts): SignInProblem | null {
  const at = `${now.toISOString().slice(11, 19)} UTC`
  switch (problem) {
    case undefined:
      break
    case 'disabled':
      return { tone: 'bad', title: 'This account is closed.', text: `${whom} can open it again.` }
    case 'email_in_use':
      return {
        tone: 'bad',
        title: 'Your e-mail address belongs to another account.',
        text: `Sign in the way you did before, or ask ${whom} to join the two.`,
      }
    case 'groups_overage':
      return {
        tone: 'bad',
        title: `You are in more groups than ${provider} can name.`,
        text: `So your team cannot be told. Ask ${whom} to send only the groups assigned to this application, or application roles.`,
      }
    case 'no_email':
      return {
        tone: 'bad',
        title: `${provider} did not say your e-mail address.`,
        text: `Ask ${whom} to release it to this application.`,
      }
    case 'unavailable':
      return { tone: 'bad', title: `Gatehouse could not finish the sign-in at ${at}.`, text: 'Try again in a minute.' }
    default:
      return {
        tone: 'bad',
        title: `${provider} sent an answer that cannot be used.`,
        text: `Try again, or tell ${whom}.`,
      }
  }
  switch (error) {
    case undefined:
      return null
    case 'OAuthSignin':
      return {
        tone: 'bad',
        title: `${provider} does not answer.`,
        text: `Tried at ${at}. Try again, or take another way in.`,
      }
    case 'SessionRequired':
      return { tone: 'warn', title: 'Your session has ended.', text: 'Sign in to go on where you were.' }
    default:
      return {
        tone: 'bad',
        title: 'The sign-in was not completed.',
        text: 'It may have taken too long, or was begun in another window. Start again here.',
      }
  }
}
