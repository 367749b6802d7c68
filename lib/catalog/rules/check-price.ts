/** Whether a price can price what a model does: a unit without a price would make calls cost too little. */
import { conversations, type Endpoint, type NanosPerMillion, type Unit } from '#lib/catalog/contract.ts'
import type { FieldError } from '#lib/platform/errors.ts'

const generating: readonly Endpoint[] = [...conversations, 'completions']

export function checkPrice(prices: NanosPerMillion, endpoints: readonly Endpoint[]): FieldError[] {
  const needed = new Set<Unit>()
  if (endpoints.some((endpoint) => generating.includes(endpoint))) {
    needed.add('input')
    needed.add('output')
  }
  if (endpoints.includes('embeddings')) needed.add('input')
  return [...needed]
    .filter((unit) => prices[unit] === undefined)
    .map((unit) => ({
      field: `usdPerMillion.${unit}`,
      message: `This model uses ${unit} tokens. Name their price; "0" says that they are free.`,
    }))
}
