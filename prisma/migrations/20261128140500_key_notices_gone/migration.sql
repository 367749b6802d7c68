-- What is told of keys is an alert, as everything else is.
ALTER TABLE "alert" DROP CONSTRAINT "alert_kind";
ALTER TABLE "alert" ADD CONSTRAINT "alert_kind" CHECK ("kind" IN
  ('budget_threshold', 'budget_forecast', 'anomaly', 'key_ending', 'key_idle', 'key_in_browser', 'provider_trouble'));

-- That a key was seen in a browser cannot be found again. That it ends, or rests, is: the next look of the worker tells it,
-- and what ends for want of use is announced anew.
INSERT INTO "alert" (id, kind, subject_type, subject_id, occasion, threshold, level, team_id, owner_user_id, facts, opened_at)
SELECT 'alert_' || n.key_id, 'key_in_browser', 'key', n.key_id, '', 0, 'warning', k.team_id, k.owner_user_id,
       jsonb_build_object('kind', 'key_in_browser', 'page', coalesce(n.detail, 'a web page'),
         'lastSeenAt', to_char(n.last_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
       n.at
FROM "key_notice" n
JOIN "virtual_key" k ON k.id = n.key_id
WHERE n.kind = 'browser_origin' AND k.status <> 'revoked';

-- DropTable
DROP TABLE "key_notice";
