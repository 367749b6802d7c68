-- CreateTable
CREATE TABLE "quarantine" (
    "id" TEXT NOT NULL,
    "subject_type" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "subject_name" TEXT NOT NULL,
    "status_before" TEXT NOT NULL DEFAULT 'active',
    "reason" TEXT,
    "by_id" TEXT NOT NULL,
    "by_name" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3),
    "released_at" TIMESTAMPTZ(3),

    CONSTRAINT "quarantine_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "key_notice" (
    "key_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3),
    "detail" TEXT,

    CONSTRAINT "key_notice_pkey" PRIMARY KEY ("key_id","kind")
);

-- CreateIndex
CREATE INDEX "quarantine_subject_type_subject_id_idx" ON "quarantine"("subject_type", "subject_id");

-- CreateIndex
CREATE INDEX "quarantine_until_idx" ON "quarantine"("until");

-- CreateIndex
CREATE INDEX "key_notice_kind_due_at_idx" ON "key_notice"("kind", "due_at");

-- AddForeignKey
ALTER TABLE "key_notice" ADD CONSTRAINT "key_notice_key_id_fkey" FOREIGN KEY ("key_id") REFERENCES "virtual_key"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- One open quarantine a thing: whoever comes second changes the first one.
CREATE UNIQUE INDEX "quarantine_open" ON "quarantine" ("subject_type", "subject_id") WHERE released_at IS NULL;

-- What was quarantined before there were rows for it, told from the audit log.
INSERT INTO "quarantine" (id, subject_type, subject_id, subject_name, status_before, reason, by_id, by_name, since)
SELECT 'quar_' || q.subject_type || '_' || q.subject_id, q.subject_type, q.subject_id, q.name,
       CASE WHEN q.subject_type = 'key' AND a.before ->> 'status' = 'suspended' THEN 'suspended' ELSE 'active' END,
       coalesce(q.reason, a.after ->> 'reason'), coalesce(a.actor_id, ''), coalesce(a.actor_name, ''), coalesce(a.at, q.at, now())
FROM (
  SELECT 'key' AS subject_type, id AS subject_id, name, status_reason AS reason, status_at AS at FROM virtual_key WHERE status = 'quarantined'
  UNION ALL SELECT 'user', id, name, NULL, NULL FROM app_user WHERE status = 'quarantined'
  UNION ALL SELECT 'team', id, name, NULL, NULL FROM team WHERE status = 'quarantined'
  UNION ALL SELECT 'workload', id, name, NULL, NULL FROM workload WHERE status = 'quarantined'
  UNION ALL SELECT 'model', id, name, NULL, NULL FROM model WHERE status = 'quarantined'
  UNION ALL SELECT 'provider', id, display_name, NULL, NULL FROM provider WHERE status = 'quarantined'
) AS q
LEFT JOIN LATERAL (
  SELECT e.at, e.actor_id, e.actor_name, e.before, e.after
  FROM audit_entry e
  WHERE e.target_type = q.subject_type AND e.target_id = q.subject_id AND e.action = q.subject_type || '.quarantine'
  ORDER BY e.seq DESC LIMIT 1
) AS a ON TRUE;
