-- The groups of the key's owner, as the grant had them: budgets of groups are seeded from them. A constant default rewrites
-- no rows, and is what events of before have; it changes none, so the ledger stays append-only.

-- AlterTable
ALTER TABLE "usage_event" ADD COLUMN     "groups" JSONB NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "usage_hourly" ADD COLUMN     "groups" JSONB NOT NULL DEFAULT '[]';

-- AlterTable
ALTER TABLE "usage_daily" ADD COLUMN     "groups" JSONB NOT NULL DEFAULT '[]';
