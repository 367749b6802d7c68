/** Signs out with a real form, so that the answer may lead to the identity provider's own sign-out. */
export async function signOut(): Promise<void> {
  const answer = await fetch('/api/auth/csrf', { headers: { accept: 'application/json' } })
  const body: unknown = await answer.json()
  const token = typeof body === 'object' && body !== null && 'csrfToken' in body ? String(body.csrfToken) : ''
  const form = document.createElement('form')
  form.method = 'post'
  form.action = '/api/auth/signout'
  for (const [name, value] of Object.entries({ csrfToken: token, callbackUrl: '/sign-in' })) {
    const input = document.createElement('input')
    input.type = 'hidden'
    input.name = name
    input.value = value
    form.append(input)
  }
  document.body.append(form)
  form.submit()
}
