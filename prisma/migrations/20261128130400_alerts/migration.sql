-- AlterTable
ALTER TABLE "budget" ADD COLUMN     "per_member" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "thresholds" INTEGER[] NOT NULL DEFAULT ARRAY[75, 90, 100]::INTEGER[];
ALTER TABLE "budget" ADD CONSTRAINT "budget_per_member" CHECK (NOT "per_member" OR "scope_type" = 'team');

-- CreateTable
CREATE TABLE "alert" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject_type" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "occasion" TEXT NOT NULL,
    "threshold" INTEGER NOT NULL DEFAULT 0,
    "level" TEXT NOT NULL,
    "budget_id" TEXT,
    "team_id" TEXT,
    "owner_user_id" TEXT,
    "facts" JSONB NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),
    "acknowledged_at" TIMESTAMPTZ(3),
    "acknowledged_by" TEXT,

    CONSTRAINT "alert_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "alert_closed_at_opened_at_idx" ON "alert"("closed_at", "opened_at");

-- CreateIndex
CREATE INDEX "alert_subject_type_subject_id_idx" ON "alert"("subject_type", "subject_id");

-- CreateIndex
CREATE INDEX "alert_budget_id_idx" ON "alert"("budget_id");

-- CreateIndex
CREATE UNIQUE INDEX "alert_kind_subject_type_subject_id_threshold_occasion_key" ON "alert"("kind", "subject_type", "subject_id", "threshold", "occasion");

ALTER TABLE "alert" ADD CONSTRAINT "alert_kind" CHECK ("kind" IN
  ('budget_threshold', 'budget_forecast', 'anomaly', 'key_ending', 'key_idle', 'provider_trouble'));
ALTER TABLE "alert" ADD CONSTRAINT "alert_level" CHECK ("level" IN ('notice', 'warning', 'critical'));

-- What every page of the portal counts: the few that wait.
CREATE INDEX "alert_waiting" ON "alert" ("opened_at") WHERE closed_at IS NULL AND acknowledged_at IS NULL;
