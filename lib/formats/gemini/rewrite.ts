/** What the gateway changes in a Gemini request body: the output maximum, and the model's name where it is said again. */
import type { BodyChanges } from '#lib/formats/contract.ts'
import { isFields, type Fields } from '#lib/formats/gemini/fields.ts'
import { isAmbiguous as isAmbiguousIn, quoted, withFields } from '#lib/formats/json-body.ts'

export function rewrite(body: unknown, bytes: Buffer, changes: BodyChanges): Buffer {
  const fields = body as Fields
  const added: Record<string, unknown> = {}
  if (changes.outputMaximum !== undefined) {
    const name = 'generation_config' in fields ? 'generation_config' : 'generationConfig'
    const config = isFields(fields[name]) ? fields[name] : {}
    // Only a null can stand there in the other spelling.
    const { max_output_tokens: _none, ...others } = config
    added[name] = { ...others, maxOutputTokens: changes.outputMaximum }
  }
  if (changes.model !== undefined) Object.assign(added, renamed(fields, `models/${changes.model}`))
  return withFields(fields, bytes, { ...added, ...changes.fields }, changes.rewrite === true)
}

/** The fields of the body in which a model is named, with this name. */
function renamed(fields: Fields, model: string): Record<string, unknown> {
  const added: Record<string, unknown> = {}
  if (fields.model) added.model = model
  for (const name of ['requests', 'generateContentRequest', 'generate_content_request']) {
    const value = fields[name]
    if (Array.isArray(value)) added[name] = value.map((one: unknown) => withModel(one, model))
    else if (isFields(value)) added[name] = withModel(value, model)
  }
  return added
}

function withModel(value: unknown, model: string): unknown {
  return isFields(value) && value.model ? { ...value, model } : value
}

const deciding = quoted(
  'contents',
  'systemInstruction',
  'system_instruction',
  'generationConfig',
  'generation_config',
  'maxOutputTokens',
  'max_output_tokens',
  'candidateCount',
  'candidate_count',
  'cachedContent',
  'cached_content',
  'tools',
  'requests',
  'instances',
  'generateContentRequest',
  'generate_content_request',
)

/** As everywhere; but "model" is a role too, so it counts only where it names a field. */
export function isAmbiguous(bytes: Buffer): boolean {
  return isAmbiguousIn(bytes, deciding) || namesModelTwice(bytes)
}

const modelName = Buffer.from('"model"')
const colon = 0x3a
const lastBlank = 0x20

function namesModelTwice(bytes: Buffer): boolean {
  let fields = 0
  for (let at = bytes.indexOf(modelName); at >= 0; at = bytes.indexOf(modelName, at + modelName.length)) {
    let after = at + modelName.length
    while (bytes[after]! <= lastBlank) after += 1
    if (bytes[after] === colon && ++fields > 1) return true
  }
  return false
}
