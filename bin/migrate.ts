/** `npm run db:migrate`: brings the database of DATABASE_URL up to date. */
import { migrate } from '#lib/platform/migrate.ts'

const url = process.env.DATABASE_URL
if (!url) {
  console.error(
    'DATABASE_URL: expected the database to migrate, e.g. postgresql://gatehouse:secret@db.internal:5432/gatehouse',
  )
  process.exit(1)
}
const applied = await migrate(url)
console.log(applied.length === 0 ? 'the database is up to date' : `applied ${applied.join(', ')}`)
