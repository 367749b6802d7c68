-- The groups of the key's owner, as the grant had them: budgets of groups are seeded from them. A constant default rewrites
-- no rows, and is what events of before have; it changes none, so the ledger stays append-only.

-- AlterTable
ALTER TABLE "usage_event" ADD COLUMN     "groups" JSONB NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "usage_hourly" ADD COLUMN     "groups" JSONB NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "usage_daily" ADD COLUMN     "groups" JSONB NOT NULL DEFAULT '[]';

-- A team may have a budget for all together and one for each member, of the same period.
DROP INDEX "budget_live_key";
CREATE UNIQUE INDEX "budget_live_key" ON "budget" ("scope_type", "scope_id", "period", "per_member") WHERE "archived_at" IS NULL;
