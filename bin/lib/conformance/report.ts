/** The run as text: a table of what was held against what, then each failure in one line, then the count. */
import { mounts } from './world.ts'
import type { Outcome } from './run-cases.ts'

export function printReport(outcomes: readonly Outcome[], seconds: number): void {
  const rows = [['client', 'endpoint', 'provider', 'stream', 'cases', ...mounts]]
  for (const group of groupsOf(outcomes)) rows.push(rowOf(group))
  printTable(rows)

  const failures = outcomes.filter(({ difference }) => difference)
  for (const { case: one, mount, difference } of failures) {
    const { path, expected, got } = difference!
    console.log(
      `FAILED  ${one.client} ${one.endpoint} → ${one.provider}${one.stream ? ' (stream)' : ''}: ${one.name}, ${mount}\n` +
        `        ${path}: expected ${shown(expected)}, got ${shown(got)}`,
    )
  }
  const cases = new Set(outcomes.map((outcome) => outcome.case)).size
  console.log(`\n${cases} cases, each through ${mounts.length} mounts, in ${Math.round(seconds)} s`)
  console.log(`${outcomes.length - failures.length} passed, ${failures.length} failed`)
}

function groupsOf(outcomes: readonly Outcome[]): Outcome[][] {
  const groups = new Map<string, Outcome[]>()
  for (const outcome of outcomes) {
    const { client, endpoint, provider, stream } = outcome.case
    const name = [client, endpoint, provider, stream].join('\n')
    const group = groups.get(name)
    if (group) group.push(outcome)
    else groups.set(name, [outcome])
  }
  return [...groups.values()]
}

function rowOf(group: readonly Outcome[]): string[] {
  const { client, endpoint, provider, stream } = group[0]!.case
  const marks = mounts.map((mount) => {
    const through = group.filter((outcome) => outcome.mount === mount)
    const failed = through.filter(({ difference }) => difference).length
    return failed === 0 ? '✓' : `✗ ${failed}`
  })
  return [client, endpoint, provider, stream ? 'yes' : '', String(group.length / mounts.length), ...marks]
}

function printTable(rows: readonly string[][]): void {
  const widths = rows[0]!.map((_cell, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd()
  const [head, ...body] = rows.map(line)
  console.log(`\n${head}\n${widths.map((width) => '─'.repeat(width)).join('  ')}\n${body.join('\n')}\n`)
}

const longest = 200

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : (JSON.stringify(value) ?? String(value))
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
