/** Where a request refers to what Google keeps: cached contents, files, and stores of documents. */
import { isFields, type Fields } from '#lib/formats/gemini/fields.ts'
import { firstGiven, inList, inMember, type FindReference } from '#lib/formats/stored-state.ts'

/** The request's names in camel case, those within in either spelling. */
export function referenceInGenerate(request: Fields): string | undefined {
  if (request.cachedContent != null && request.cachedContent !== '') return 'cachedContent'
  return among(request, ['contents', 'systemInstruction'], inContent) ?? among(request, ['tools'], inTool)
}

export function referenceInEmbedding(request: Fields): string | undefined {
  return (
    among(request, ['content'], inContent) ?? among(request, ['requests'], (one) => among(one, ['content'], inContent))
  )
}

/** In members that are objects, or lists of them with or without brackets. */
function among(holder: Fields, names: readonly string[], find: FindReference): string | undefined {
  for (const name of names) {
    const found = isFields(holder[name]) ? inMember(holder, name, find) : inList(holder, name, find)
    if (found !== undefined) return found
  }
  return undefined
}

function inContent(content: Fields): string | undefined {
  return among(content, ['parts'], inPart)
}

function inPart(part: Fields): string | undefined {
  return (
    among(part, ['fileData', 'file_data'], inFile) ??
    among(part, ['functionResponse', 'function_response'], (response) =>
      among(response, ['parts'], (inner) => among(inner, ['fileData', 'file_data'], inFile)),
    )
  )
}

/** What stands in the open web is read with nobody's rights; buckets and uploads are read with the credential's. */
function inFile(file: Fields): string | undefined {
  const name = file.fileUri === undefined ? 'file_uri' : 'fileUri'
  const uri = file[name]
  return typeof uri === 'string' && isOfTheWeb(uri) ? undefined : name
}

function isOfTheWeb(uri: string): boolean {
  if (!URL.canParse(uri)) return false
  const url = new URL(uri)
  return /^https?:$/.test(url.protocol) && !/(^|\.)googleapis\.com\.?$/.test(url.hostname)
}

/** Tools that search what was stored. */
function inTool(tool: Fields): string | undefined {
  return firstGiven(tool, ['fileSearch', 'file_search', 'retrieval'])
}
