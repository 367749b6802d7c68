/** A unique constraint decides who was first; this says it in words, at the field. */
import { AppError, type FieldError } from '#lib/platform/errors.ts'

export async function refusingDuplicates<Result>(error: FieldError, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (thrown) {
    if (!isUniqueViolation(thrown)) throw thrown
    throw new AppError('conflict', error.message, { errors: [error], cause: thrown })
  }
}

function isUniqueViolation(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === 'P2002'
}

/** The input is well formed, and means something that there is not. */
export function invalidField(field: string, message: string): AppError {
  return new AppError('validation_failed', message, { errors: [{ field, message }] })
}
