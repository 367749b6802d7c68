/** Where a request refers to what Anthropic keeps: files, containers, and skills of the workspace. */
import { firstGiven, inList, inMember } from '#lib/formats/stored-state.ts'

type Named = Readonly<Record<string, unknown>>

export function referenceInMessages(request: Named): string | undefined {
  if (typeof request.container === 'string') return 'container'
  return (
    inMember(request, 'container', inContainer) ??
    inList(request, 'messages', inContent) ??
    inList(request, 'system', inBlock)
  )
}

function inContainer(container: Named): string | undefined {
  // Anthropic's own skills are everybody's.
  return (
    firstGiven(container, ['id']) ??
    inList(container, 'skills', (skill) => (skill.type === 'anthropic' ? undefined : firstGiven(skill, ['skill_id'])))
  )
}

function inContent(holder: Named): string | undefined {
  return inList(holder, 'content', inBlock)
}

function inBlock(block: Named): string | undefined {
  if (block.type === 'container_upload') return firstGiven(block, ['file_id'])
  // Tools' results have blocks of their own, and documents that are made of blocks.
  return inMember(block, 'source', inSource) ?? inContent(block)
}

function inSource(source: Named): string | undefined {
  return firstGiven(source, ['file_id']) ?? inContent(source)
}
