-- CreateTable
CREATE TABLE "profile_version" (
    "profile_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "description" TEXT NOT NULL,
    "policy" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "actor_name" TEXT NOT NULL,
    "restores" INTEGER,

    CONSTRAINT "profile_version_pkey" PRIMARY KEY ("profile_id","version")
);

-- CreateTable
CREATE TABLE "scope_policy" (
    "scope_type" TEXT NOT NULL,
    "scope_id" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "policy" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "scope_policy_pkey" PRIMARY KEY ("scope_type","scope_id")
);

-- AddForeignKey
ALTER TABLE "profile_version" ADD CONSTRAINT "profile_version_profile_id_fkey" FOREIGN KEY ("profile_id") REFERENCES "access_profile"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "scope_policy" ADD CONSTRAINT "scope_policy_scope_type" CHECK ("scope_type" IN ('organisation', 'team', 'project'));

-- The versions in force are where undoing can lead from the first change on. Who made them is in the audit log.
INSERT INTO "profile_version" ("profile_id", "version", "name", "description", "policy", "at", "actor_name")
SELECT "id", "version", "name", "description", "policy", "updated_at", ''
FROM "access_profile";
