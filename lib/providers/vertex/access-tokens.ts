export type { AccessTokens, NoToken } from '#lib/providers/tokens/access-tokens.ts'
