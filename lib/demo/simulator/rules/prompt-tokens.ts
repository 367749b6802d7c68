import { BYTES_PER_TOKEN } from '#lib/demo/simulator/rules/answer-text.ts'

const TOKENS_A_MESSAGE = 3
const TOKENS_A_CHAT = 3

/** One rule for every wire, so that a chat costs the same prompt in whichever format it arrives. */
export function promptTokensOf(textBytes: number, messages: number): number {
  return Math.ceil(textBytes / BYTES_PER_TOKEN) + TOKENS_A_MESSAGE * messages + TOKENS_A_CHAT
}
