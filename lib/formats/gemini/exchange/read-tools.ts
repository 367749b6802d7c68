/** A Gemini caller's functions, and which of them the model may or must call. */
import type { Message } from '#lib/formats/gemini/exchange/message.ts'
import { jsonSchemaOf } from '#lib/formats/gemini/exchange/schema.ts'
import { isFields, type Fields } from '#lib/formats/gemini/fields.ts'
import { NotCarried, type Tool, type ToolChoice } from '#lib/formats/neutral.ts'

/** Tools that are not functions run at Google. */
export function readTools(tools: readonly Message[]): Tool[] {
  return tools.flatMap((tool) => {
    const declarations = tool.messages('functionDeclarations')
    tool.end()
    return declarations.map(readDeclaration)
  })
}

function readDeclaration(declaration: Message): Tool {
  const name = declaration.text('name') ?? ''
  const description = declaration.text('description') ?? null
  const schema = readSchema(declaration, 'parameters', 'parametersJsonSchema')
  declaration.end()
  return { at: declaration.at, name, description, schema, strict: null }
}

/** A schema in Google's own words or as JSON Schema; null where there is none. */
export function readSchema(message: Message, googles: string, ...plain: readonly string[]): Fields | null {
  const own = message.take(googles)
  for (const name of plain) {
    const schema = message.take(name)
    if (schema === undefined) continue
    if (own !== undefined) message.refuse(name, `there is ${googles} too`)
    if (!isFields(schema)) message.refuse(name, 'it is no schema')
    return schema
  }
  return own === undefined ? null : jsonSchemaOf(own, message.path(googles))
}

export type ReadChoice = {
  readonly choice: ToolChoice | null
  /** Whether arguments must keep to the schema where the model is free to call none. */
  readonly validated: boolean
}

export function readToolConfig(config: Message | null, tools: readonly Tool[]): ReadChoice {
  const calling = config?.message('functionCallingConfig')
  if (config?.flag('includeServerSideToolInvocations')) config.refuse('includeServerSideToolInvocations')
  config?.end()
  if (!calling) return { choice: null, validated: false }
  const mode = calling.text('mode') ?? 'MODE_UNSPECIFIED'
  const names = calling.texts('allowedFunctionNames')
  if (calling.flag('streamFunctionCallArguments')) calling.refuse('streamFunctionCallArguments')
  calling.end()
  const some = names.length > 0 && !tools.every(({ name }) => names.includes(name))
  const only = (): never => {
    throw new NotCarried(calling.path('allowedFunctionNames'), 'a choice is of one function or of all')
  }
  switch (mode) {
    case 'MODE_UNSPECIFIED':
    case 'AUTO':
      return { choice: { kind: 'auto' }, validated: false }
    case 'NONE':
      return { choice: { kind: 'none' }, validated: false }
    case 'VALIDATED':
      return some ? only() : { choice: { kind: 'auto' }, validated: true }
    case 'ANY':
      if (names.length === 1) return { choice: { kind: 'tool', name: names[0]! }, validated: false }
      return some ? only() : { choice: { kind: 'any' }, validated: false }
    default:
      return calling.refuse('mode')
  }
}
