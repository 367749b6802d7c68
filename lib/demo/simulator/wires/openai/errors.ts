export type OpenAiError = {
  readonly message: string
  /** The member of the request that is wrong. */
  readonly param?: string
  readonly code?: string
}

/** OpenAI's error envelope, with the type and code that it uses for the status. */
export function errorBody(status: number, { message, param, code }: OpenAiError): string {
  const usual = USUAL[status]
  return JSON.stringify({
    error: {
      message,
      type: usual?.type ?? (status >= 500 ? 'server_error' : 'invalid_request_error'),
      param: param ?? null,
      code: code ?? usual?.code ?? null,
    },
  })
}

const USUAL: Readonly<Record<number, { readonly type: string; readonly code: string | null }>> = {
  401: { type: 'invalid_request_error', code: 'invalid_api_key' },
  403: { type: 'invalid_request_error', code: 'unsupported_country_region_territory' },
  404: { type: 'invalid_request_error', code: 'model_not_found' },
  429: { type: 'requests', code: 'rate_limit_exceeded' },
}
