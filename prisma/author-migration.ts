/**
 * Writes the next migration: the SQL that turns the schema as of the last migration into prisma/schema.prisma.
 * Runs offline on the schema engine's WebAssembly build. Usage: npm run db:diff -- <name>
 *
 * The schema of the last migration is kept in prisma/migrations/schema.snapshot.prisma. Read the SQL before you commit
 * it: partitions, triggers and checks are added by hand.
 */
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils'

const name = process.argv[2]
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  console.error('usage: npm run db:diff -- <name_in_snake_case>')
  process.exit(1)
}

const schemaPath = 'prisma/schema.prisma'
const snapshotPath = 'prisma/migrations/schema.snapshot.prisma'
const engineDir = path.dirname(createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm'))
const engine = await import(path.join(engineDir, 'schema_engine_bg.js'))
const wasm = fs.readFileSync(path.join(engineDir, 'schema_engine_bg.wasm'))
const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': engine })
engine.__wbg_set_wasm(instance.exports)
;(instance.exports as { __wbindgen_start: () => void }).__wbindgen_start()
Object.assign(globalThis, { PRISMA_WASM_PANIC_REGISTRY: { set_message: (text: string) => console.error(text) } })

// The diff of two schema files asks the database one thing at connect: its version.
const connection = {
  provider: 'postgres' as const,
  adapterName: 'offline',
  getConnectionInfo: () => ({ schemaName: 'public', supportsRelationJoins: true }),
  queryRaw: async () => ({
    columnNames: ['exists', 'version', 'numeric_version'],
    columnTypes: [ColumnTypeEnum.Boolean, ColumnTypeEnum.Text, ColumnTypeEnum.Int32],
    rows: [[true, 'PostgreSQL 18.4', 180004]],
  }),
  executeRaw: async () => 0,
  executeScript: async () => {},
  startTransaction: async () => {
    throw new Error('the offline connection has no transactions')
  },
  dispose: async () => {},
}
const factory = {
  provider: 'postgres' as const,
  adapterName: 'offline',
  connect: async () => connection,
  connectToShadowDb: async () => connection,
}

const schemaText = fs.readFileSync(schemaPath, 'utf8')
const asSchema = (file: string, content: string) => ({ tag: 'schemaDatamodel', files: [{ path: file, content }] })
const from = fs.existsSync(snapshotPath)
  ? asSchema('schema.prisma', fs.readFileSync(snapshotPath, 'utf8'))
  : { tag: 'empty' }
const session = await engine.SchemaEngine.new(
  { datamodels: [[schemaPath, schemaText]] },
  () => {},
  bindMigrationAwareSqlAdapterFactory(factory),
)
const result = await session.diff({
  from,
  to: asSchema('schema.prisma', schemaText),
  script: true,
  exitCode: true,
  filters: { externalTables: [], externalEnums: [] },
})
if (result.exitCode !== 2) {
  console.log('no changes')
} else {
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14)
  const folder = `prisma/migrations/${stamp}_${name}`
  fs.mkdirSync(folder, { recursive: true })
  fs.writeFileSync(`${folder}/migration.sql`, result.stdout)
  fs.writeFileSync(snapshotPath, schemaText)
  console.log(`${folder}/migration.sql`)
}
