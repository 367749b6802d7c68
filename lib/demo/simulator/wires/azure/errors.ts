/** Azure's own error envelope; it has no type. */
export function errorWithCode(code: string, message: string): string {
  return JSON.stringify({ error: { code, message } })
}

/** The code is a name for some of the statuses, and the status as text for others. */
export function errorBody(status: number, message: string): string {
  return errorWithCode(NAMES[status] ?? String(status), message)
}

const NAMES: Readonly<Record<number, string>> = { 404: 'DeploymentNotFound', 500: 'InternalServerError' }
