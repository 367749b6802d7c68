import { isObject } from '#lib/demo/simulator/rules/members.ts'
import { sampleValue } from '#lib/demo/simulator/rules/sample-value.ts'
import type { Steering } from '#lib/demo/simulator/rules/steering.ts'
import type { Content } from '#lib/demo/simulator/wires/gemini/contents.ts'
import {
  fieldNames,
  type Fields,
  InvalidArgument,
  readChoice,
  readFields,
  readList,
  readMessage,
  readRequiredText,
  readTexts,
} from '#lib/demo/simulator/wires/gemini/request.ts'

/** The function that the answer calls. `args` is a JSON object. */
export type FunctionUse = { readonly name: string; readonly args: string }

const TOOL = fieldNames(
  'functionDeclarations',
  'googleSearch',
  'googleSearchRetrieval',
  'googleMaps',
  'codeExecution',
  'urlContext',
  'computerUse',
  'fileSearch',
)
const DECLARATION = fieldNames(
  'name',
  'description',
  'parameters',
  'parametersJsonSchema',
  'response',
  'responseJsonSchema',
  'behavior',
)
const TOOL_CONFIG = fieldNames('functionCallingConfig', 'retrievalConfig')
const CALLING_CONFIG = fieldNames('mode', 'allowedFunctionNames', 'streamFunctionCallArguments')
const MODES = ['MODE_UNSPECIFIED', 'AUTO', 'ANY', 'NONE', 'VALIDATED'] as const
const CALLING_AT = 'toolConfig.functionCallingConfig'

/**
 * Whether the answer calls a function, and which. The mode is obeyed as Gemini obeys it; where it leaves the
 * choice to the model, the model "decides" as `@sim tool` says, once: when a function has responded, the next
 * answer is text, so that loops end.
 */
export function chooseFunction(request: Fields, contents: readonly Content[], steering: Steering): FunctionUse | null {
  const declarations = readDeclarations(request)
  const { mode, allowed } = readCallingConfig(request, declarations)
  const callable = allowed.length > 0 ? declarations.filter(({ name }) => allowed.includes(name)) : declarations
  const first = callable[0]
  if (!first || mode === 'NONE') return null

  const hasResponded = contents.at(-1)?.parts.some((part) => part.functionResponse != null)
  const isWanted = steering.tool !== null && !hasResponded
  if (!isWanted && mode !== 'ANY') return null
  const { name, parameters } = callable.find((declaration) => declaration.name === steering.tool) ?? first
  const sample = sampleValue(parameters)
  return { name, args: JSON.stringify(isObject(sample) ? sample : {}) }
}

type Declaration = { readonly name: string; readonly parameters: unknown }

/** Tools that are not functions are Google's own and run on its side: they are let through and never used. */
function readDeclarations(request: Fields): readonly Declaration[] {
  const declarations = readList(request, 'tools', '').flatMap((value, i) => {
    const tool = readFields(value, `tools[${i}]`, TOOL)
    return readList(tool, 'functionDeclarations', `tools[${i}]`).map((declaration, j) =>
      readDeclaration(declaration, `tools[${i}].functionDeclarations[${j}]`),
    )
  })
  const names = new Set<string>()
  for (const { name } of declarations) {
    if (names.has(name)) throw new InvalidArgument(`tools declare the function ${name} twice.`)
    names.add(name)
  }
  return declarations
}

const FUNCTION_NAME = /^[A-Za-z_][\w.:-]{0,127}$/

function readDeclaration(value: unknown, at: string): Declaration {
  const declaration = readFields(value, at, DECLARATION)
  const name = readRequiredText(declaration, 'name', at)
  if (!FUNCTION_NAME.test(name)) {
    throw new InvalidArgument(
      `${at}.name must begin with a letter or an underscore, and have up to 128 letters, digits, underscores, dots, colons and dashes.`,
    )
  }
  const { parameters, parametersJsonSchema } = declaration
  for (const schema of [parameters, parametersJsonSchema]) {
    if (schema != null && !isObject(schema)) throw new InvalidArgument(`${at}.parameters must be a schema.`)
  }
  if (parameters != null && parametersJsonSchema != null) {
    throw new InvalidArgument(`${at} must not have both parameters and parametersJsonSchema.`)
  }
  return { name, parameters: parameters ?? parametersJsonSchema }
}

type CallingConfig = { readonly mode: (typeof MODES)[number]; readonly allowed: readonly string[] }

function readCallingConfig(request: Fields, declarations: readonly Declaration[]): CallingConfig {
  const toolConfig = readMessage(request, 'toolConfig', '', TOOL_CONFIG)
  const config = readMessage(toolConfig, 'functionCallingConfig', 'toolConfig', CALLING_CONFIG)
  const mode = readChoice(config, 'mode', CALLING_AT, MODES) ?? 'AUTO'
  const allowed = readTexts(config, 'allowedFunctionNames', CALLING_AT)

  if (allowed.length > 0 && mode !== 'ANY' && mode !== 'VALIDATED') {
    throw new InvalidArgument(`${CALLING_AT}.allowedFunctionNames needs the mode ANY or VALIDATED.`)
  }
  const unknown = allowed.find((name) => !declarations.some((declaration) => declaration.name === name))
  if (unknown !== undefined) {
    throw new InvalidArgument(`${CALLING_AT}.allowedFunctionNames has ${unknown}, which no tool declares.`)
  }
  if (mode === 'ANY' && declarations.length === 0) {
    throw new InvalidArgument(`${CALLING_AT}.mode is ANY, but there are no functionDeclarations.`)
  }
  return { mode, allowed }
}
