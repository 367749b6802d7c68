/** Where a request for a response refers to what OpenAI keeps. */
import { firstGiven, inList, inMember } from '#lib/formats/stored-state.ts'

type Named = Readonly<Record<string, unknown>>

export function referenceInResponse(request: Named): string | undefined {
  return (
    firstGiven(request, ['previous_response_id', 'conversation', 'prompt']) ??
    inList(request, 'input', inItem) ??
    inList(request, 'tools', inTool)
  )
}

/** An item that stands for one of an earlier response. It may leave its type out. */
export function isItemReference(item: Named): boolean {
  return item.type === 'item_reference' || (item.type == null && item.role == null && 'id' in item)
}

function inItem(item: Named): string | undefined {
  if (isItemReference(item)) return 'id'
  return inList(item, 'content', inPart) ?? inList(item, 'output', inPart) ?? inMember(item, 'output', inPart)
}

const inPart = (part: Named): string | undefined => firstGiven(part, ['file_id'])

/** Of the tools that OpenAI runs. */
function inTool(tool: Named): string | undefined {
  const given = firstGiven(tool, ['vector_store_ids'])
  if (given) return given
  if (typeof tool.container === 'string') return 'container'
  return (
    inMember(tool, 'container', inContainer) ??
    inMember(tool, 'environment', inContainer) ??
    inMember(tool, 'input_image_mask', inPart)
  )
}

function inContainer(container: Named): string | undefined {
  return firstGiven(container, ['container_id', 'file_ids']) ?? inList(container, 'skills', inSkill)
}

function inSkill(skill: Named): string | undefined {
  return firstGiven(skill, ['skill_id'])
}
