import { AppError } from '#lib/platform/errors.ts'

/** The page behind a cursor, or the first one where the address holds a cursor of another time or of nobody's making. */
export async function pageOrFirst<Page>(
  cursor: string | undefined,
  read: (cursor: string | undefined) => Promise<Page>,
): Promise<Page> {
  try {
    return await read(cursor)
  } catch (error) {
    if (cursor !== undefined && error instanceof AppError && error.code === 'validation_failed') return read(undefined)
    throw error
  }
}
