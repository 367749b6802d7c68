/**
 * Structured logs on stdout. Secrets and prompts never belong here: header and body fields that could hold one are
 * redacted by path as a second net.
 */
import { pino, type Logger } from 'pino'

export type Log = Logger

export function createLog(name: string, level: string = 'info'): Log {
  return pino({
    name,
    level,
    base: { pid: process.pid },
    redact: {
      paths: [
        'headers.authorization',
        'headers.cookie',
        'headers["x-api-key"]',
        'headers["api-key"]',
        'headers["x-goog-api-key"]',
        '*.password',
        '*.secret',
        '*.token',
        '*.idToken',
        '*.credential',
      ],
      censor: '[redacted]',
    },
  })
}
