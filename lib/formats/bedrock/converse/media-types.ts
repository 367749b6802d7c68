/** What Converse calls the forms of pictures and documents, and what the rest of the world does. */
export const imageTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
}

export const documentTypes: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  txt: 'text/plain',
  csv: 'text/csv',
  html: 'text/html',
  md: 'text/markdown',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

/** Converse's word for a media type; null where it has none. */
export function formatOf(types: Readonly<Record<string, string>>, mediaType: string): string | null {
  return Object.entries(types).find(([, type]) => type === mediaType)?.[0] ?? null
}
