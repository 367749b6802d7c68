/** AWS Signature Version 4 (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html). */
import { Sha256 } from '@smithy/core/checksum'
import { SignatureV4 } from '@smithy/signature-v4'
import type { UpstreamRequest } from '#lib/providers/upstream-request.ts'

export type AwsKeys = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** The request with its signature: over the path as it is sent, every header but the user agent, and the body. */
export async function signed(
  { origin, path, headers }: UpstreamRequest,
  body: Buffer,
  keys: AwsKeys,
  region: string,
  nowMs: number,
): Promise<UpstreamRequest> {
  const { protocol, hostname, host } = new URL(origin)
  const signer = new SignatureV4({ service: 'bedrock', region, credentials: keys, sha256: Sha256 })
  const request = { method: 'POST', protocol, hostname, path, query: {}, headers: { ...headers, host }, body }
  const { headers: withSignature } = await signer.sign(request, { signingDate: new Date(nowMs) })
  return { origin, path, headers: withSignature }
}
