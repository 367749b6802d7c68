-- AlterTable
ALTER TABLE "virtual_key" ADD COLUMN     "ends_by_profile" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "granted_providers" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "own_expires_at" TIMESTAMPTZ(3);

-- AlterTable
ALTER TABLE "key_request" ADD COLUMN     "end_reason" TEXT,
ADD COLUMN     "ended_by_name" TEXT;

-- Keys that outlive the maximum of their profile, which was tightened after they were made. Gateways hear of it by version.
WITH narrowed AS (
  UPDATE "virtual_key" AS k
  SET "ends_by_profile" = true,
      "own_expires_at" = k."expires_at",
      "expires_at" = k."created_at" + make_interval(days => (f."policy" #>> '{lifetimeDays,maximum}')::int)
  FROM "access_profile" AS f
  WHERE f."id" = k."profile_id"
    AND f."policy" #>> '{lifetimeDays,maximum}' IS NOT NULL
    AND k."status" NOT IN ('revoked', 'expired')
    AND NOT 'expiresAt' = ANY(k."overrides")
    AND (k."expires_at" IS NULL
      OR k."expires_at" > k."created_at" + make_interval(days => (f."policy" #>> '{lifetimeDays,maximum}')::int))
  RETURNING k."profile_id"
)
INSERT INTO "policy_version" ("subject", "version", "published", "at")
SELECT 'profile:' || "profile_id", nextval('policy_version_seq'), false, now()
FROM (SELECT DISTINCT "profile_id" FROM narrowed) AS profiles
ON CONFLICT ("subject") DO UPDATE SET "version" = nextval('policy_version_seq'), "published" = false, "at" = now();
