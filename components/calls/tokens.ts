/* Tokens as people count them: all that went in, from a cache or not, and all that came out. */
import type { CallItem } from '#lib/reports/calls-contract.ts'

type Tokens = CallItem['tokens']

export function tokensIn(tokens: Tokens): number {
  return tokens.input + tokens.cachedRead + tokens.cacheWrite + (tokens.audioInput ?? 0) + (tokens.imageInput ?? 0)
}

/** Reasoning is contained in the output. */
export function tokensOut(tokens: Tokens): number {
  return tokens.output + (tokens.audioOutput ?? 0) + (tokens.imageOutput ?? 0)
}
