-- The worker's one way to change the shape of a table, run every hour: makes the partitions that histories need at `at` and
-- after, and drops those that ended before `kept_days` days ago: by `at`, but never by a later time than the database's own, so that
-- a worker whose clock is years ahead drops nothing. Safe to run again, and at once: the second does nothing.
-- It waits at most a second for a lock, as whoever comes after it waits as long: what it did not get is put off to the next time.
CREATE OR REPLACE FUNCTION keep_history_partitions(at timestamptz, otherwise_kept_days integer DEFAULT 400)
RETURNS TABLE (did text, partition text) LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' SET lock_timeout = '1s' AS $$
DECLARE
  kept history_tables;
  ended text[];
BEGIN
  IF otherwise_kept_days < 1 THEN RAISE EXCEPTION 'cannot keep a history for less than a day'; END IF;
  IF NOT pg_try_advisory_xact_lock(hashtext('keep_history_partitions')) THEN RETURN; END IF;
  FOR kept IN SELECT * FROM history_tables ORDER BY name LOOP
    BEGIN
      RETURN QUERY SELECT 'made', made FROM make_history_partitions(kept, at) AS made;
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      RETURN QUERY SELECT 'put off', kept.name;
    END;
    BEGIN
      ended := ARRAY(
        SELECT name FROM history_partitions(kept.name)
        WHERE until <= least(at, now()) - make_interval(days => coalesce(kept.kept_days, otherwise_kept_days)) ORDER BY until);
      FOREACH partition IN ARRAY ended LOOP
        EXECUTE format('DROP TABLE public.%I', partition);
      END LOOP;
      RETURN QUERY SELECT 'dropped', unnest(ended);
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      RETURN QUERY SELECT 'put off', kept.name;
    END;
  END LOOP;
END $$;
