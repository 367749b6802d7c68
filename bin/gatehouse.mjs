#!/usr/bin/env node
// The way in to every command. Plain JavaScript on Node alone, for it runs before node_modules exist: it installs
// packages, generates the Prisma client, builds what changed, and then hands over to dist/<command>.js.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Gatehouse needs Node 20.19 or newer, and this is ${process.versions.node}: see https://nodejs.org`)
  process.exit(1)
}

const { runCommand } = await import('./lib/commands.mjs')
await runCommand(process.argv[2] ?? 'start', process.argv.slice(3))
