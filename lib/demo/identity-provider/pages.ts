/** The pages of the demo identity provider: plain HTML with the look of the portal, light and dark, no script needed. */
import type { Persona } from '#lib/demo/identity-provider/personas.ts'

/** One button a person; Tab and the arrow keys move, Enter signs in. */
export function chooserPage(personas: readonly Persona[], action: string): string {
  const rows = personas.map(
    (persona, index) => `
    <li><button name="subject" value="${escaped(persona.subject)}"${index === 0 ? ' autofocus' : ''}>
      <span class="face" aria-hidden="true">${escaped(initialsOf(persona.name))}</span>
      <span class="who"><b>${escaped(persona.name)}</b><small>${escaped(persona.email)}</small></span>
      <span class="what"><span>${escaped(persona.role)}</span><small>${escaped(persona.comesFor)}</small></span>
      ${chevron}
    </button></li>`,
  )
  return page(
    'Choose a person',
    `<h1>Who do you want to be?</h1>
    <p class="lead">Demo SSO signs you in as anyone of Fernhill Logistics. It has no passwords and answers on this machine only.</p>
    <form method="post" action="${escaped(action)}"><ul>${rows.join('')}</ul></form>
    <p class="foot">Each person has other groups, and so another team, profile and set of pages. Sign out to come back here.</p>
    <script>${arrowKeys}</script>`,
  )
}

/** `form` comes from oidc-provider; confirming is left out, since signing out of a demo needs no second thought. */
export function signOutPage(form: string): string {
  return page(
    'Signing out',
    `<h1>Signing out</h1><p class="lead">You go back to Gatehouse in a moment.</p>
    ${form}
    <button class="primary" type="submit" form="op.logoutForm" name="logout" value="yes" id="yes" autofocus>Sign out</button>
    <script>document.getElementById('yes').click()</script>`,
  )
}

export function signedOutPage(portalUrl: string): string {
  return page(
    'Signed out',
    `<h1>You are signed out</h1><p class="lead"><a href="${escaped(portalUrl)}">Back to Gatehouse</a></p>`,
  )
}

export function problemPage(error: string, description: string, portalUrl: string): string {
  return page(
    'Sign-in did not work',
    `<h1>This sign-in cannot go on</h1>
    <p class="lead">${escaped(description)}</p><p class="foot"><code>${escaped(error)}</code></p>
    <p class="lead"><a href="${escaped(portalUrl)}">Start again from Gatehouse</a></p>`,
  )
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Demo SSO</title><link rel="icon" href="data:,"><style>${style}</style></head>
<body><main><div class="brand">${mark}<span>Demo SSO</span></div>${body}</main></body></html>`
}

function initialsOf(name: string): string {
  return name
    .split(' ')
    .map((part) => part.charAt(0))
    .join('')
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}

const mark =
  '<svg width="28" height="28" viewBox="0 0 20 20" aria-hidden="true"><rect width="20" height="20" rx="5" fill="var(--accent)"/><path d="M5.25 15.25V9a4.75 4.75 0 0 1 9.5 0v6.25" fill="none" stroke="#fff" stroke-width="1.7" stroke-linecap="round"/><circle cx="10" cy="9.75" r="1.5" fill="#fff"/><path d="M10 10.5v4.75" stroke="#fff" stroke-width="1.7" stroke-linecap="round"/></svg>'

const chevron =
  '<svg class="go" width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><path d="M6.25 4.5 9.75 8l-3.5 3.5" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/></svg>'

const arrowKeys = `addEventListener('keydown', (event) => {
  const buttons = [...document.querySelectorAll('li button')]
  const at = buttons.indexOf(document.activeElement)
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (!step) return
  event.preventDefault()
  buttons[Math.min(Math.max(at + step, 0), buttons.length - 1)].focus()
})`

// The values are those of the portal's tokens; this page is served by another process and stands alone.
const style = `
@font-face{font-family:"Geist Variable";src:url(/geist.woff2) format("woff2");font-weight:100 900;font-display:swap}
:root{color-scheme:light dark;--canvas:#f4f3f0;--surface:#fff;--line:#e4e3e0;--line-strong:#cccac6;--ink:#1c1a18;--ink-2:#504c48;--ink-3:#6b6762;--accent:#2e54c7;--accent-ink:#2b4ebe;--accent-soft:#ebf0fe;--focus:#2e54c7;--hover:rgb(28 26 24/.045);--shadow:0 1px 2px rgb(28 26 24/.06)}
@media(prefers-color-scheme:dark){:root{--canvas:#0d0c0b;--surface:#181716;--line:#2c2b29;--line-strong:#413f3c;--ink:#ecebe8;--ink-2:#b5b2ae;--ink-3:#96938e;--accent:#4668e2;--accent-ink:#9bb0fe;--accent-soft:#1d2746;--focus:#8099fb;--hover:rgb(236 235 232/.055)}}
*{box-sizing:border-box;margin:0;padding:0}
body{background:var(--canvas);color:var(--ink);font:400 .8125rem/1.25rem "Geist Variable","Geist",ui-sans-serif,system-ui,"Segoe UI",Roboto,Arial,sans-serif;min-height:100vh;display:grid;place-items:center;padding:2rem 1rem}
main{width:100%;max-width:39rem;display:grid;gap:1rem}
.brand{display:flex;gap:.625rem;align-items:center;font-weight:600;font-size:.9375rem;letter-spacing:-.01em;margin-bottom:.5rem}
h1{font:600 1.625rem/2rem inherit;font-size:1.625rem;line-height:2rem;font-weight:600;letter-spacing:-.022em}
.lead{color:var(--ink-2);max-width:34rem}.foot{color:var(--ink-3);font-size:.75rem;line-height:1rem}
a{color:var(--accent-ink)}code{font-family:"Geist Mono",ui-monospace,Menlo,Consolas,monospace}
ul{list-style:none;background:var(--surface);border:1px solid var(--line);border-radius:12px;box-shadow:var(--shadow);overflow:hidden}
li+li{border-top:1px solid var(--line)}
li button{all:unset;box-sizing:border-box;cursor:pointer;display:grid;grid-template-columns:2rem minmax(0,11rem) minmax(0,1fr) 1rem;gap:.75rem;align-items:center;width:100%;padding:.625rem 1rem;min-height:3.25rem}
li button:hover{background:var(--hover)}
li button:focus-visible{outline:2px solid var(--focus);outline-offset:-2px;background:var(--accent-soft)}
li:first-child button{border-radius:11px 11px 0 0}li:last-child button{border-radius:0 0 11px 11px}
.face{display:grid;place-items:center;width:2rem;height:2rem;border-radius:50%;background:var(--accent-soft);color:var(--accent-ink);font-size:.6875rem;font-weight:600}
.who,.what{display:grid;min-width:0}b{font-weight:500}
small{color:var(--ink-3);font-size:.75rem;line-height:1rem;overflow-wrap:anywhere}
.go{color:var(--ink-3)}
.primary{justify-self:start;font:500 .8125rem/1.25rem inherit;font-family:inherit;height:2rem;padding:0 .875rem;border:0;border-radius:6px;background:var(--accent);color:#fff;cursor:pointer}
.primary:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
@media(max-width:520px){li button{grid-template-columns:2rem 1fr 1rem;row-gap:0;padding:.625rem 1rem}.what{grid-column:2;grid-row:2}.what small,.who small{display:none}.what span{color:var(--ink-3)}.go{grid-row:1/3;grid-column:3}.face{grid-row:1/3}}
`
