import { describe, expect, test } from 'vitest'
import { restartDelayMs } from '#lib/wiring/supervisor/restart-delay.ts'

describe('the wait before a dead process is started again', () => {
  test.each([
    [1, 200],
    [2, 400],
    [3, 800],
    [8, 25_600],
    [9, 30_000],
    [50, 30_000],
  ])('after %i failures in a row is %i ms', (failures, expectedMs) => {
    expect(restartDelayMs(failures)).toBe(expectedMs)
  })
})
