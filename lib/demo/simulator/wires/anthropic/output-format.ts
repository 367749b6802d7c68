import { isObject, type Members } from '#lib/demo/simulator/rules/members.ts'
import { sampleValue } from '#lib/demo/simulator/rules/sample-value.ts'

/**
 * The JSON that the caller's schema asks for, or null where it asks for none. The schema is in `output_config.format`;
 * clients of the beta have it in `output_format`.
 */
export function formedText({ output_config: config, output_format: format }: Members): string | null {
  const form = isObject(config) ? (config.format ?? format) : format
  if (!isObject(form) || form.type !== 'json_schema') return null
  return JSON.stringify(sampleValue(form.schema))
}
