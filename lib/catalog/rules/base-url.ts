/**
 * Where a provider may be reached. Administrators may name hosts of their own network; what is never a provider is refused:
 * link-local addresses and metadata services, which answer with the machine's own credentials. The parser brings every
 * spelling of an address (decimal, octal, mapped) into one form first.
 */

/** What is wrong with the address of a provider of this kind, or null. */
export function baseUrlProblem(text: string, kind: string): string | null {
  if (!URL.canParse(text)) return 'Enter an address such as https://api.openai.com/v1.'
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'Use an address that begins with https://.'
  if (url.username !== '' || url.password !== '')
    return 'Leave user and password out of the address; add a credential instead.'
  if (url.hash !== '') return 'Leave the fragment out of the address.'
  const shape = shapeProblem(url, kind)
  if (shape) return shape
  if (kind === 'vertex' && !vertexPath.test(url.pathname)) {
    return 'End the address in /v1/projects/PROJECT/locations/LOCATION; with an API key it may end in /v1.'
  }
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (isNeverAProvider(host)) return 'This address belongs to the machine itself, not to a provider.'
  if (url.protocol === 'http:' && !isInside(host)) return 'Use https. Plain http is for hosts inside your own network.'
  return null
}

/** Up to where publishers begin. */
const vertexPath = /\/v1(?:beta1)?(?:\/projects\/[^/]+\/locations\/[^/]+)?\/*$/
function shapeProblem(url: URL, kind: string): string | null {
  if (kind === 'azure') return azureProblem(url)
  if (kind === 'bedrock') return bedrockProblem(url)
  return url.search === '' ? null : 'Leave the query out of the address.'
}

/** Most hosts name their region; a private one may not, and what is signed must say it. */
function bedrockProblem(url: URL): string | null {
  if (url.search !== '' && !/^\?region=[a-z0-9-]+$/.test(url.search))
    return 'Leave the query out of the address, but for a region.'
  return /\/model(\/|$)/.test(url.pathname) ? 'End the address before /model. The model is that of a route.' : null
}

/** Azure's portal shows the address of one deployment, and its clients want the resource's; ours is between the two. */
function azureProblem(url: URL): string | null {
  if (url.search !== '' && !/^\?api-version=[\w.-]+$/.test(url.search))
    return 'Leave the query out of the address, but for an api-version.'
  if (/\/deployments(\/|$)/.test(url.pathname))
    return 'End the address before /deployments. A deployment is the upstream model of a route.'
  if (url.pathname === '/') return 'End the address in /openai/v1, or in /openai where deployments are addressed.'
  return null
}

/** Scheme, host and port: what a credential is sent to. */
export function originOf(text: string): string {
  return new URL(text).origin
}

function isNeverAProvider(host: string): boolean {
  if (/^(metadata|metadata\.google\.internal|instance-data)$/.test(host)) return true
  const v4 = ipv4Of(host)
  if (v4) return v4[0] === 0 || (v4[0] === 169 && v4[1] === 254) || v4[0] >= 224
  // Unspecified, link-local, multicast, and the metadata service of EC2 over IPv6.
  return (
    host.includes(':') && (host === '::' || /^fe[89ab]/.test(host) || host.startsWith('ff') || host === 'fd00:ec2::254')
  )
}

function isInside(host: string): boolean {
  if (!host.includes('.') && !host.includes(':')) return true // a name without dots is local
  if (/\.(localhost|local|internal|lan|home\.arpa|svc|cluster\.local)$/.test(host)) return true
  const v4 = ipv4Of(host)
  if (v4) {
    const [a, b] = v4
    return a === 127 || a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168)
  }
  return host === '::1' || /^f[cd]/.test(host)
}

/** The four numbers of an IPv4 address, also of one that is written as an IPv6 one (::ffff:a9fe:a9fe). */
function ipv4Of(host: string): readonly [number, number] | null {
  const dotted = /^(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}$/.exec(host)
  if (dotted) return [Number(dotted[1]), Number(dotted[2])]
  const mapped = /^(?:::ffff:|64:ff9b::|::)([0-9a-f]{1,4}):[0-9a-f]{1,4}$/.exec(host)
  if (!mapped) return null
  const high = Number.parseInt(mapped[1] ?? '0', 16)
  return [high >> 8, high & 255]
}
