-- AlterTable
ALTER TABLE "virtual_key" ADD COLUMN     "granted_models" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "key_request" (
    "id" TEXT NOT NULL,
    "what" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'open',
    "asker_type" TEXT NOT NULL,
    "asker_id" TEXT NOT NULL,
    "asker_name" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "approver" TEXT NOT NULL,
    "key_id" TEXT,
    "wish" JSONB NOT NULL,
    "reason" TEXT NOT NULL DEFAULT '',
    "decision_id" TEXT,
    "wanted_until" TIMESTAMPTZ(3),
    "granted" JSONB,
    "effects" JSONB NOT NULL DEFAULT '[]',
    "decided_by_id" TEXT,
    "decided_by_name" TEXT,
    "decided_at" TIMESTAMPTZ(3),
    "decision_reason" TEXT,
    "valid_until" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "lapses_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "key_request_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "key_request_asker_id_created_at_idx" ON "key_request"("asker_id", "created_at");

-- CreateIndex
CREATE INDEX "key_request_team_id_status_idx" ON "key_request"("team_id", "status");

-- CreateIndex
CREATE INDEX "key_request_key_id_idx" ON "key_request"("key_id");

-- CreateIndex
CREATE INDEX "key_request_status_valid_until_idx" ON "key_request"("status", "valid_until");

-- CreateIndex
CREATE INDEX "key_request_status_lapses_at_idx" ON "key_request"("status", "lapses_at");

-- CreateIndex
CREATE INDEX "key_request_created_at_id_idx" ON "key_request"("created_at", "id");

ALTER TABLE "key_request"
  ADD CONSTRAINT "key_request_what" CHECK ("what" IN ('new_key', 'kind', 'budget', 'limit', 'model', 'lifetime', 'lend')),
  ADD CONSTRAINT "key_request_status" CHECK ("status" IN ('open', 'approved', 'denied', 'withdrawn', 'expired', 'ended')),
  ADD CONSTRAINT "key_request_approver" CHECK ("approver" IN ('team_lead', 'admin')),
  -- Nobody decides on what they asked for, whichever way they came.
  ADD CONSTRAINT "key_request_decided_by_another"
    CHECK ("status" NOT IN ('approved', 'denied') OR "decided_by_id" <> "asker_id" OR "what" = 'lend');
