import type { Unit } from '#lib/catalog/contract.ts'

/** What a price is for, in the words of the page. */
export const unitWords: Record<Unit, string> = {
  input: 'Input',
  cached_read: 'Input from cache',
  cache_write_5m: 'Cache write, 5 min',
  cache_write_1h: 'Cache write, 1 h',
  output: 'Output',
  reasoning: 'Reasoning',
  audio_input: 'Audio in',
  audio_output: 'Audio out',
  image_input: 'Image in',
  image_output: 'Image out',
  images: 'Images',
  seconds: 'Seconds of audio',
  characters: 'Characters',
  tool_calls: 'Tool calls',
}
