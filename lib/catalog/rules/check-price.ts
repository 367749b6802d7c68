/** Whether a price can price what a model does: a unit without a price would make calls cost too little. */
import { conversations, type Endpoint, type NanosPerMillion, type Unit } from '#lib/catalog/contract.ts'
import type { FieldError } from '#lib/platform/errors.ts'

const generating: readonly Endpoint[] = [...conversations, 'completions']

/** Endpoints whose models are billed by what they make or hear, or else in tokens. */
const alternatives: Partial<Record<Endpoint, { readonly unit: Unit; readonly tokens: readonly Unit[] }>> = {
  images: { unit: 'images', tokens: ['input', 'image_output'] },
  speech: { unit: 'characters', tokens: ['input', 'output'] },
  transcriptions: { unit: 'seconds', tokens: ['input', 'output'] },
}

export function checkPrice(prices: NanosPerMillion, endpoints: readonly Endpoint[]): FieldError[] {
  const needed = new Map<Unit, string>()
  const need = (unit: Unit): unknown =>
    needed.set(unit, `This model uses ${unit} tokens. Name their price; "0" says that they are free.`)
  if (endpoints.some((endpoint) => generating.includes(endpoint))) {
    need('input')
    need('output')
  }
  if (endpoints.includes('embeddings')) need('input')
  for (const endpoint of endpoints) {
    const choice = alternatives[endpoint]
    if (!choice || prices[choice.unit] !== undefined) continue
    const missing = choice.tokens.filter((unit) => prices[unit] === undefined)
    // Of a price that has some of the tokens the others are missing; of any other, the unit.
    if (missing.length < choice.tokens.length) missing.forEach(need)
    else {
      const tokens = choice.tokens.map((unit) => `${unit} tokens`).join(' and ')
      needed.set(
        choice.unit,
        `This model is priced by ${choice.unit}, or by ${tokens}. Name one; "0" says that it is free.`,
      )
    }
  }
  return [...needed]
    .filter(([unit]) => prices[unit] === undefined)
    .map(([unit, message]) => ({ field: `usdPerMillion.${unit}`, message }))
}
