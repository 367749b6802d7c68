-- CreateTable
CREATE TABLE "organisation" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "contact_name" TEXT NOT NULL DEFAULT '',
    "contact_mail" TEXT NOT NULL DEFAULT '',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organisation_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "business_unit" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "business_unit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "cost_centre" (
    "code" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "owner_user_id" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "cost_centre_pkey" PRIMARY KEY ("code")
);

-- CreateTable
CREATE TABLE "team" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "business_unit_id" TEXT,
    "cost_centre_code" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "team_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "project" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "environment" TEXT NOT NULL DEFAULT 'development',
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "project_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "workload" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "team_id" TEXT NOT NULL,
    "project_id" TEXT,
    "owner_user_id" TEXT,
    "environment" TEXT NOT NULL DEFAULT 'development',
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "workload_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "app_user" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "roles" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "profile_id" TEXT,
    "primary_team_id" TEXT,
    "preferences" JSONB NOT NULL DEFAULT '{}',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_sign_in_at" TIMESTAMPTZ(3),

    CONSTRAINT "app_user_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_identity" (
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_identity_pkey" PRIMARY KEY ("issuer","subject")
);

-- CreateTable
CREATE TABLE "team_member" (
    "team_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "is_lead" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "team_member_pkey" PRIMARY KEY ("team_id","user_id")
);

-- CreateTable
CREATE TABLE "session" (
    "id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "provider" TEXT NOT NULL,
    "issuer" TEXT NOT NULL,
    "idp_session" TEXT,
    "id_token" TEXT,
    "groups" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "profile_mapping" (
    "id" TEXT NOT NULL,
    "group_name" TEXT NOT NULL,
    "priority" INTEGER NOT NULL,
    "team_id" TEXT,
    "profile_id" TEXT,
    "roles" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "is_lead" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "profile_mapping_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "last4" TEXT NOT NULL,
    "roles" TEXT[],
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "access_profile" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL DEFAULT '',
    "built_in" BOOLEAN NOT NULL DEFAULT false,
    "is_default" BOOLEAN NOT NULL DEFAULT false,
    "version" INTEGER NOT NULL DEFAULT 1,
    "policy" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "access_profile_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "scope_limit" (
    "scope_type" TEXT NOT NULL,
    "scope_id" TEXT NOT NULL,
    "limits" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "scope_limit_pkey" PRIMARY KEY ("scope_type","scope_id")
);

-- CreateTable
CREATE TABLE "budget" (
    "id" TEXT NOT NULL,
    "scope_type" TEXT NOT NULL,
    "scope_id" TEXT NOT NULL,
    "amount_nanos" BIGINT NOT NULL,
    "period" TEXT NOT NULL,
    "posture" TEXT NOT NULL DEFAULT 'hard',
    "enforce_at_percent" INTEGER NOT NULL DEFAULT 110,
    "time_zone" TEXT NOT NULL DEFAULT 'UTC',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "archived_at" TIMESTAMPTZ(3),

    CONSTRAINT "budget_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "virtual_key" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "status_reason" TEXT,
    "status_at" TIMESTAMPTZ(3),
    "owner_user_id" TEXT,
    "team_id" TEXT NOT NULL,
    "project_id" TEXT,
    "workload_id" TEXT,
    "profile_id" TEXT NOT NULL,
    "environment" TEXT NOT NULL DEFAULT 'development',
    "models" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "providers" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "regions" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "tools" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "limits" JSONB NOT NULL DEFAULT '{}',
    "purpose" TEXT,
    "data_class" TEXT,
    "tags" JSONB NOT NULL DEFAULT '{}',
    "overrides" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "virtual_key_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "key_secret" (
    "id" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "pepper_id" TEXT NOT NULL,
    "last4" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "not_after" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),

    CONSTRAINT "key_secret_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "policy_version" (
    "subject" TEXT NOT NULL,
    "version" BIGINT NOT NULL,
    "published" BOOLEAN NOT NULL DEFAULT false,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "policy_version_pkey" PRIMARY KEY ("subject")
);

-- CreateTable
CREATE TABLE "idempotency_record" (
    "actor_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "status" INTEGER,
    "answer" BYTEA,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_record_pkey" PRIMARY KEY ("actor_id","key")
);

-- CreateTable
CREATE TABLE "provider" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "base_url" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'active',
    "simulated" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "provider_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "provider_credential" (
    "id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "ciphertext" BYTEA NOT NULL,
    "wrapped_key" BYTEA NOT NULL,
    "master_id" TEXT NOT NULL,
    "last4" TEXT NOT NULL,
    "weight" INTEGER NOT NULL DEFAULT 100,
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "provider_credential_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "model" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "display_name" TEXT NOT NULL,
    "vendor" TEXT NOT NULL,
    "endpoints" TEXT[],
    "capabilities" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "context_tokens" INTEGER,
    "max_output_tokens" INTEGER,
    "status" TEXT NOT NULL DEFAULT 'active',
    "retires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "model_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deployment" (
    "id" TEXT NOT NULL,
    "model_id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "upstream_model" TEXT NOT NULL,
    "region" TEXT NOT NULL DEFAULT 'global',
    "rank" INTEGER NOT NULL DEFAULT 0,
    "weight" INTEGER NOT NULL DEFAULT 100,
    "status" TEXT NOT NULL DEFAULT 'active',
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "deployment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "price" (
    "id" TEXT NOT NULL,
    "model_id" TEXT NOT NULL,
    "nanos_per_million" JSONB NOT NULL,
    "effective_from" TIMESTAMPTZ(3) NOT NULL,
    "source" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "price_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "usage_event" (
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "adjusts" TEXT,
    "outcome" TEXT NOT NULL,
    "status" INTEGER NOT NULL,
    "error_code" TEXT,
    "key_id" TEXT,
    "secret_id" TEXT,
    "key_kind" TEXT,
    "user_id" TEXT,
    "team_id" TEXT,
    "project_id" TEXT,
    "workload_id" TEXT,
    "business_unit_id" TEXT,
    "cost_centre" TEXT,
    "environment" TEXT,
    "profile_id" TEXT,
    "identity_method" TEXT NOT NULL,
    "client_ip" TEXT,
    "user_agent" TEXT,
    "endpoint" TEXT NOT NULL,
    "stream" BOOLEAN NOT NULL,
    "model_asked" TEXT,
    "model" TEXT,
    "model_served" TEXT,
    "provider" TEXT,
    "deployment_id" TEXT,
    "region" TEXT,
    "tokens" JSONB NOT NULL,
    "input_tokens" BIGINT NOT NULL,
    "cached_tokens" BIGINT NOT NULL,
    "output_tokens" BIGINT NOT NULL,
    "cost_nanos" BIGINT NOT NULL,
    "price_lines" JSONB NOT NULL,
    "price_version" TEXT,
    "estimated" BOOLEAN NOT NULL,
    "estimated_why" TEXT,
    "attempts" JSONB NOT NULL,
    "decision" JSONB NOT NULL,
    "timing" JSONB NOT NULL,
    "tags" JSONB NOT NULL,
    "inserted_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "usage_event_pkey" PRIMARY KEY ("at","id")
) PARTITION BY RANGE ("at");

-- CreateTable
CREATE TABLE "usage_hourly" (
    "start" TIMESTAMPTZ(0) NOT NULL,
    "dims_hash" BYTEA NOT NULL,
    "key_id" TEXT NOT NULL,
    "user_id" TEXT,
    "team_id" TEXT,
    "project_id" TEXT,
    "workload_id" TEXT,
    "business_unit_id" TEXT,
    "cost_centre" TEXT,
    "environment" TEXT,
    "kind" TEXT,
    "model" TEXT,
    "provider" TEXT,
    "tags" JSONB NOT NULL,
    "calls" BIGINT NOT NULL,
    "refused" BIGINT NOT NULL,
    "input_tokens" BIGINT NOT NULL,
    "cached_tokens" BIGINT NOT NULL,
    "output_tokens" BIGINT NOT NULL,
    "cost_nanos" BIGINT NOT NULL,
    "estimated_calls" BIGINT NOT NULL,

    CONSTRAINT "usage_hourly_pkey" PRIMARY KEY ("start","dims_hash")
);

-- CreateTable
CREATE TABLE "usage_daily" (
    "start" TIMESTAMPTZ(0) NOT NULL,
    "dims_hash" BYTEA NOT NULL,
    "key_id" TEXT NOT NULL,
    "user_id" TEXT,
    "team_id" TEXT,
    "project_id" TEXT,
    "workload_id" TEXT,
    "business_unit_id" TEXT,
    "cost_centre" TEXT,
    "environment" TEXT,
    "kind" TEXT,
    "model" TEXT,
    "provider" TEXT,
    "tags" JSONB NOT NULL,
    "calls" BIGINT NOT NULL,
    "refused" BIGINT NOT NULL,
    "input_tokens" BIGINT NOT NULL,
    "cached_tokens" BIGINT NOT NULL,
    "output_tokens" BIGINT NOT NULL,
    "cost_nanos" BIGINT NOT NULL,
    "estimated_calls" BIGINT NOT NULL,

    CONSTRAINT "usage_daily_pkey" PRIMARY KEY ("start","dims_hash")
);

-- CreateTable
CREATE TABLE "dead_letter" (
    "stream_id" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "error" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "dead_letter_pkey" PRIMARY KEY ("stream_id")
);

-- CreateTable
CREATE TABLE "audit_entry" (
    "seq" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_type" TEXT NOT NULL,
    "actor_id" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target_type" TEXT NOT NULL,
    "target_id" TEXT NOT NULL,
    "target_name" TEXT NOT NULL,
    "summary" TEXT NOT NULL,
    "before" JSONB,
    "after" JSONB,
    "ip" TEXT,
    "request_id" TEXT,
    "prev_hash" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "audit_entry_pkey" PRIMARY KEY ("seq")
);

-- CreateIndex
CREATE UNIQUE INDEX "business_unit_name_key" ON "business_unit"("name");

-- CreateIndex
CREATE UNIQUE INDEX "team_name_key" ON "team"("name");

-- CreateIndex
CREATE INDEX "team_business_unit_id_idx" ON "team"("business_unit_id");

-- CreateIndex
CREATE INDEX "team_cost_centre_code_idx" ON "team"("cost_centre_code");

-- CreateIndex
CREATE UNIQUE INDEX "project_team_id_name_key" ON "project"("team_id", "name");

-- CreateIndex
CREATE INDEX "workload_project_id_idx" ON "workload"("project_id");

-- CreateIndex
CREATE INDEX "workload_owner_user_id_idx" ON "workload"("owner_user_id");

-- CreateIndex
CREATE UNIQUE INDEX "workload_team_id_name_kind_key" ON "workload"("team_id", "name", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "app_user_email_key" ON "app_user"("email");

-- CreateIndex
CREATE INDEX "app_user_primary_team_id_idx" ON "app_user"("primary_team_id");

-- CreateIndex
CREATE INDEX "app_user_profile_id_idx" ON "app_user"("profile_id");

-- CreateIndex
CREATE INDEX "user_identity_user_id_idx" ON "user_identity"("user_id");

-- CreateIndex
CREATE INDEX "team_member_user_id_idx" ON "team_member"("user_id");

-- CreateIndex
CREATE INDEX "session_user_id_idx" ON "session"("user_id");

-- CreateIndex
CREATE INDEX "session_idp_session_idx" ON "session"("idp_session");

-- CreateIndex
CREATE INDEX "session_expires_at_idx" ON "session"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "profile_mapping_group_name_key" ON "profile_mapping"("group_name");

-- CreateIndex
CREATE INDEX "profile_mapping_profile_id_idx" ON "profile_mapping"("profile_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_digest_key" ON "api_token"("digest");

-- CreateIndex
CREATE UNIQUE INDEX "access_profile_name_key" ON "access_profile"("name");

-- CreateIndex
CREATE INDEX "budget_scope_type_scope_id_idx" ON "budget"("scope_type", "scope_id");

-- CreateIndex
CREATE INDEX "virtual_key_owner_user_id_status_idx" ON "virtual_key"("owner_user_id", "status");

-- CreateIndex
CREATE INDEX "virtual_key_team_id_status_idx" ON "virtual_key"("team_id", "status");

-- CreateIndex
CREATE INDEX "virtual_key_project_id_idx" ON "virtual_key"("project_id");

-- CreateIndex
CREATE INDEX "virtual_key_workload_id_idx" ON "virtual_key"("workload_id");

-- CreateIndex
CREATE INDEX "virtual_key_profile_id_idx" ON "virtual_key"("profile_id");

-- CreateIndex
CREATE INDEX "virtual_key_status_expires_at_idx" ON "virtual_key"("status", "expires_at");

-- CreateIndex
CREATE INDEX "virtual_key_created_at_id_idx" ON "virtual_key"("created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "key_secret_digest_key" ON "key_secret"("digest");

-- CreateIndex
CREATE INDEX "key_secret_key_id_idx" ON "key_secret"("key_id");

-- CreateIndex
CREATE INDEX "idempotency_record_expires_at_idx" ON "idempotency_record"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "provider_name_key" ON "provider"("name");

-- CreateIndex
CREATE INDEX "provider_credential_provider_id_idx" ON "provider_credential"("provider_id");

-- CreateIndex
CREATE UNIQUE INDEX "model_name_key" ON "model"("name");

-- CreateIndex
CREATE INDEX "deployment_model_id_idx" ON "deployment"("model_id");

-- CreateIndex
CREATE INDEX "deployment_provider_id_idx" ON "deployment"("provider_id");

-- CreateIndex
CREATE INDEX "price_model_id_effective_from_idx" ON "price"("model_id", "effective_from");

-- CreateIndex
CREATE INDEX "usage_event_key_id_at_idx" ON "usage_event"("key_id", "at");

-- CreateIndex
CREATE INDEX "usage_event_user_id_at_idx" ON "usage_event"("user_id", "at");

-- CreateIndex
CREATE INDEX "usage_event_team_id_at_idx" ON "usage_event"("team_id", "at");

-- CreateIndex
CREATE INDEX "usage_hourly_key_id_start_idx" ON "usage_hourly"("key_id", "start");

-- CreateIndex
CREATE INDEX "usage_hourly_team_id_start_idx" ON "usage_hourly"("team_id", "start");

-- CreateIndex
CREATE INDEX "usage_hourly_user_id_start_idx" ON "usage_hourly"("user_id", "start");

-- CreateIndex
CREATE INDEX "usage_daily_key_id_start_idx" ON "usage_daily"("key_id", "start");

-- CreateIndex
CREATE INDEX "usage_daily_team_id_start_idx" ON "usage_daily"("team_id", "start");

-- CreateIndex
CREATE INDEX "usage_daily_user_id_start_idx" ON "usage_daily"("user_id", "start");

-- CreateIndex
CREATE INDEX "audit_entry_at_idx" ON "audit_entry"("at");

-- CreateIndex
CREATE INDEX "audit_entry_actor_id_seq_idx" ON "audit_entry"("actor_id", "seq");

-- CreateIndex
CREATE INDEX "audit_entry_target_type_target_id_seq_idx" ON "audit_entry"("target_type", "target_id", "seq");

-- CreateIndex
CREATE INDEX "audit_entry_action_seq_idx" ON "audit_entry"("action", "seq");

-- AddForeignKey
ALTER TABLE "team" ADD CONSTRAINT "team_business_unit_id_fkey" FOREIGN KEY ("business_unit_id") REFERENCES "business_unit"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "team" ADD CONSTRAINT "team_cost_centre_code_fkey" FOREIGN KEY ("cost_centre_code") REFERENCES "cost_centre"("code") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "project" ADD CONSTRAINT "project_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "workload" ADD CONSTRAINT "workload_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "workload" ADD CONSTRAINT "workload_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "workload" ADD CONSTRAINT "workload_owner_user_id_fkey" FOREIGN KEY ("owner_user_id") REFERENCES "app_user"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "app_user" ADD CONSTRAINT "app_user_profile_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "access_profile"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "app_user" ADD CONSTRAINT "app_user_primary_team_id_fkey" FOREIGN KEY ("primary_team_id") REFERENCES "team"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_identity" ADD CONSTRAINT "user_identity_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "team_member" ADD CONSTRAINT "team_member_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "team_member" ADD CONSTRAINT "team_member_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "profile_mapping" ADD CONSTRAINT "profile_mapping_profile_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "access_profile"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "virtual_key" ADD CONSTRAINT "virtual_key_owner_user_id_fkey" FOREIGN KEY ("owner_user_id") REFERENCES "app_user"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "virtual_key" ADD CONSTRAINT "virtual_key_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "team"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "virtual_key" ADD CONSTRAINT "virtual_key_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "virtual_key" ADD CONSTRAINT "virtual_key_workload_id_fkey" FOREIGN KEY ("workload_id") REFERENCES "workload"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "virtual_key" ADD CONSTRAINT "virtual_key_profile_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "access_profile"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "key_secret" ADD CONSTRAINT "key_secret_key_id_fkey" FOREIGN KEY ("key_id") REFERENCES "virtual_key"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "provider_credential" ADD CONSTRAINT "provider_credential_provider_id_fkey" FOREIGN KEY ("provider_id") REFERENCES "provider"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deployment" ADD CONSTRAINT "deployment_provider_id_fkey" FOREIGN KEY ("provider_id") REFERENCES "provider"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "price" ADD CONSTRAINT "price_model_id_fkey" FOREIGN KEY ("model_id") REFERENCES "model"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- ── Written by hand: what the schema language cannot say ────────────────────────────────────────

-- One live budget for each scope and period.
CREATE UNIQUE INDEX "budget_live_key" ON "budget" ("scope_type", "scope_id", "period") WHERE "archived_at" IS NULL;

-- One default profile.
CREATE UNIQUE INDEX "access_profile_default_key" ON "access_profile" ("is_default") WHERE "is_default";

-- One organisation.
CREATE UNIQUE INDEX "organisation_single_key" ON "organisation" ((true));

ALTER TABLE "budget" ADD CONSTRAINT "budget_amount_check" CHECK ("amount_nanos" > 0 AND "amount_nanos" <= 9000000000000000);
ALTER TABLE "budget" ADD CONSTRAINT "budget_period_check" CHECK ("period" IN ('day', 'week', 'month', 'quarter', 'total'));
ALTER TABLE "budget" ADD CONSTRAINT "budget_posture_check" CHECK ("posture" IN ('hard', 'soft', 'alert_then_enforce'));
ALTER TABLE "virtual_key" ADD CONSTRAINT "virtual_key_status_check"
  CHECK ("status" IN ('pending', 'active', 'suspended', 'quarantined', 'revoked', 'expired'));
ALTER TABLE "virtual_key" ADD CONSTRAINT "virtual_key_kind_check"
  CHECK ("kind" IN ('personal', 'team', 'app', 'agent', 'service', 'ci'));

-- Search boxes: contains-matching without a scan.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX "virtual_key_name_trgm" ON "virtual_key" USING gin ("name" gin_trgm_ops);

-- Months of the ledger. Creates the partitions from the month of "first" to the month of "last"; those that exist stay.
CREATE FUNCTION ensure_usage_partitions("first" timestamptz, "last" timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  month timestamp := date_trunc('month', "first" AT TIME ZONE 'UTC');
BEGIN
  PERFORM pg_advisory_xact_lock(72707370);
  WHILE month <= "last" AT TIME ZONE 'UTC' LOOP
    EXECUTE format(
      'CREATE TABLE IF NOT EXISTS %I PARTITION OF usage_event FOR VALUES FROM (%L) TO (%L)',
      'usage_event_' || to_char(month, 'YYYY_MM'),
      month AT TIME ZONE 'UTC',
      (month + interval '1 month') AT TIME ZONE 'UTC'
    );
    month := month + interval '1 month';
  END LOOP;
END $$;

SELECT ensure_usage_partitions(now() - interval '1 month', now() + interval '3 months');

-- The ledger and the audit log are append-only: corrections are new rows.
CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER "usage_event_append_only" BEFORE UPDATE OR DELETE ON "usage_event"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "audit_entry_append_only" BEFORE UPDATE OR DELETE ON "audit_entry"
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "audit_entry_no_truncate" BEFORE TRUNCATE ON "audit_entry"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER "usage_event_no_truncate" BEFORE TRUNCATE ON "usage_event"
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Versions of policy only grow, across all subjects.
CREATE SEQUENCE "policy_version_seq";
CREATE INDEX "policy_version_unpublished" ON "policy_version" ("at") WHERE NOT "published";
