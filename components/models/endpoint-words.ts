import type { Endpoint } from '#lib/catalog/contract.ts'

/** What people call the endpoints. */
export const endpointWords: Record<Endpoint, string> = {
  chat: 'Chat',
  responses: 'Responses',
  completions: 'Completions',
  embeddings: 'Embeddings',
  models: 'List of models',
  images: 'Images',
  transcriptions: 'Transcriptions',
  speech: 'Speech',
  moderations: 'Moderations',
  messages: 'Messages',
  count_tokens: 'Count tokens',
  generate_content: 'Generate content',
  converse: 'Converse',
  mcp: 'MCP',
  apis: 'Internal APIs',
}
