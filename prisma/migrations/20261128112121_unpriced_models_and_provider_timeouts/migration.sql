-- AlterTable
ALTER TABLE "organisation" ADD COLUMN     "unpriced_models" TEXT NOT NULL DEFAULT 'refuse';
ALTER TABLE "organisation" ADD CONSTRAINT "organisation_unpriced_models" CHECK ("unpriced_models" IN ('refuse', 'flag'));

-- AlterTable
ALTER TABLE "provider" ADD COLUMN     "timeouts" JSONB NOT NULL DEFAULT '{}';

-- Calls whose cost is not known, or not in full: reports count them beside the rollups, which do not tell them apart.
-- Their condition is that of lib/reports/usage-store.ts, word for word.
CREATE INDEX "usage_event_unpriced" ON "usage_event" ("at")
  WHERE kind = 'call' AND outcome <> 'refused' AND (price_version IS NULL AND tokens <> '{}'::jsonb OR estimated_why LIKE '%no price for %');
