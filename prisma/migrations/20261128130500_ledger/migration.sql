-- When an event happened that was booked after its month was closed; null for all that were booked in their own month.
ALTER TABLE "usage_event" ADD COLUMN "effective_at" TIMESTAMPTZ(3);

-- What corrects a call may lie in a later month than the call.
CREATE INDEX "usage_event_adjusts_idx" ON "usage_event" ("adjusts") WHERE "adjusts" IS NOT NULL;

-- Late events lie at the moment of their booking, which no repetition shares: this is where they are known again.
CREATE TABLE "late_event" (
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "late_event_pkey" PRIMARY KEY ("id")
);

-- Append-only tables refuse changes twice: nobody has the right, not even their owner, who could only give it back to
-- himself; and triggers refuse those whom rights do not bind. Row triggers of a partitioned table reach its partitions,
-- statement triggers do not, and neither do rights: a partition can be addressed by its own name.
CREATE FUNCTION make_append_only("relation" regclass) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  grantee text;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = "relation" AND tgname ~ 'no_truncate$') THEN
    EXECUTE format(
      'CREATE TRIGGER no_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', "relation"
    );
  END IF;
  FOR grantee IN
    SELECT DISTINCT CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(acl.grantee)) END
    FROM pg_class, aclexplode(coalesce(relacl, acldefault('r', relowner))) AS acl
    WHERE pg_class.oid = "relation"
  LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON %s FROM %s', "relation", grantee);
  END LOOP;
END $$;

-- Runs as the owner, since the application need not be one.
CREATE OR REPLACE FUNCTION ensure_usage_partitions("first" timestamptz, "last" timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  month timestamp := date_trunc('month', "first" AT TIME ZONE 'UTC');
  partition text;
BEGIN
  PERFORM pg_advisory_xact_lock(72707370);
  WHILE month <= "last" AT TIME ZONE 'UTC' LOOP
    partition := 'usage_event_' || to_char(month, 'YYYY_MM');
    IF to_regclass(partition) IS NULL THEN
      EXECUTE format(
        'CREATE TABLE %I PARTITION OF usage_event FOR VALUES FROM (%L) TO (%L)',
        partition,
        month AT TIME ZONE 'UTC',
        (month + interval '1 month') AT TIME ZONE 'UTC'
      );
      PERFORM make_append_only(partition::regclass);
    END IF;
    month := month + interval '1 month';
  END LOOP;
END $$;

-- Retention, the one way by which rows leave the ledger: a whole month, and only one for which no event can come any
-- more (the worker takes none that is older than 400 days). Rollups stay. Returns how many rows went.
CREATE FUNCTION drop_usage_month("month" date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
  partition text := 'usage_event_' || to_char("month", 'YYYY_MM');
  gone bigint;
BEGIN
  IF date_trunc('month', "month"::timestamp) + interval '1 month 400 days' > now() AT TIME ZONE 'UTC' THEN
    RAISE EXCEPTION 'events of % may still come; a month can be dropped 400 days after its end', to_char("month", 'YYYY-MM')
      USING ERRCODE = 'restrict_violation';
  END IF;
  PERFORM pg_advisory_xact_lock(72707370);
  IF to_regclass(partition) IS NULL THEN RETURN 0; END IF;
  EXECUTE format('SELECT count(*) FROM %I', partition) INTO gone;
  EXECUTE format('DROP TABLE %I', partition);
  RETURN gone;
END $$;

-- For an application that does not own its tables: gives a role what the product does, and nothing else.
CREATE FUNCTION grant_application("role" name) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  relation regclass;
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), "role");
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO %I', current_schema(), "role");
  EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO %I', current_schema(), "role");
  EXECUTE format(
    'ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO %I', current_schema(), "role"
  );
  EXECUTE format('ALTER DEFAULT PRIVILEGES IN SCHEMA %I GRANT USAGE, SELECT ON SEQUENCES TO %I', current_schema(), "role");
  FOR relation IN
    SELECT 'audit_entry'::regclass UNION ALL SELECT relid FROM pg_partition_tree('usage_event'::regclass)
  LOOP
    PERFORM make_append_only(relation);
  END LOOP;
END $$;

SELECT make_append_only(relid) FROM pg_partition_tree('usage_event'::regclass);
SELECT make_append_only('audit_entry'::regclass);

-- Repricing asks for calls by when they happened.
CREATE INDEX "usage_event_effective_at_idx" ON "usage_event" ("effective_at") WHERE "effective_at" IS NOT NULL;
