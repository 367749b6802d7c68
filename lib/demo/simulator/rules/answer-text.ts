/**
 * What the simulator says. A token is always four UTF-8 bytes, so a text's tokens follow from its bytes, and
 * no text needs JSON escapes. A sentence has 16 tokens: the default answer is one sentence, and each further
 * choice of the same call starts with the next one.
 */
const SENTENCES = [
  'This is a simulated answer, so no model and no money were used. ',
  'Each token of it is four bytes long, which makes counting easy. ',
  'Parcels left the Fernhill depot at six and at noon on each day. ',
  'Long answers go round these five sentences until they are done. ',
  'Put @sim out=80 before your question in order to see all of it. ',
]

/** Every token has characters of two, three or four bytes, for those who tear them apart. */
const WIDE_TOKENS = ['🚚', '日 ', 'éé', '木 ', '€ ', 'ñü', '🌲', 'ß, ', '語 ', '¡¿']

export const BYTES_PER_TOKEN = 4
export const TOKENS_PER_SENTENCE = 16

const ROUND = SENTENCES.join('')
const ROUND_TOKENS = ROUND.length / BYTES_PER_TOKEN
/** Answers of up to a few thousand tokens are slices of this text, made without copying. */
const ROUNDS = ROUND.repeat(52)
const WIDE_ROUND = WIDE_TOKENS.join('')

/** The text of the tokens `from` (inclusive) to `to` (exclusive) of a choice. */
export function answerText(choice: number, from: number, to: number): string {
  const first = (choice * TOKENS_PER_SENTENCE + from) % ROUND_TOKENS
  const start = first * BYTES_PER_TOKEN
  const end = start + (to - from) * BYTES_PER_TOKEN
  if (end <= ROUNDS.length) return ROUNDS.slice(start, end)
  return ROUND.repeat(Math.ceil(end / ROUND.length)).slice(start, end)
}

/** The same in multi-byte characters; choices do not differ. */
export function wideAnswerText(from: number, to: number): string {
  const first = from % WIDE_TOKENS.length
  const end = wideLength(first + to - from)
  return WIDE_ROUND.repeat(Math.ceil(end / WIDE_ROUND.length)).slice(wideLength(first), end)
}

/** UTF-16 units in the first tokens of the wide text. */
function wideLength(tokens: number): number {
  const rest = WIDE_TOKENS.slice(0, tokens % WIDE_TOKENS.length).join('')
  return Math.floor(tokens / WIDE_TOKENS.length) * WIDE_ROUND.length + rest.length
}
