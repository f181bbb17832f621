-- Big append-only tables are partitioned by the server's own time, and what is too old goes by dropping partitions.
-- A table that is registered here is PARTITION BY RANGE over one timestamptz column, and has a partition for what no other
-- takes, `<name>_default`, so that no insert fails because nobody made a partition.
CREATE TABLE "history_tables" (
    "name" TEXT NOT NULL,
    "step" TEXT NOT NULL CHECK (step IN ('day', 'month')), -- what one partition holds
    "kept_days" INTEGER CHECK (kept_days > 0), -- null: as long as is configured for all

    CONSTRAINT "history_tables_pkey" PRIMARY KEY ("name")
);
GRANT SELECT ON history_tables TO corefleet_worker;

-- Where a history's partitions end; null for the one of what no other takes.
CREATE FUNCTION history_partitions(history text) RETURNS TABLE (name text, until timestamptz)
LANGUAGE sql STABLE SET timezone = 'UTC' AS $$
  SELECT partition.relname::text,
    substring(pg_get_expr(partition.relpartbound, partition.oid) FROM $re$TO \('([^']+)'\)$re$)::timestamptz
  FROM pg_inherits JOIN pg_class AS partition ON partition.oid = inhrelid
  WHERE inhparent = format('public.%I', history)::regclass
$$;

-- Makes one partition and moves into it what fell into the default one: moved and attached in one transaction, a reader sees
-- every row once. Triggers that refuse a DELETE are put off for that move alone.
CREATE FUNCTION make_history_partition(history text, partition text, since timestamptz, until timestamptz)
RETURNS void LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
  others text := history || '_default';
  kept_by text := (SELECT attname FROM pg_partitioned_table JOIN pg_attribute ON attrelid = partrelid AND attnum = partattrs[0]
                   WHERE partrelid = format('public.%I', history)::regclass);
BEGIN
  EXECUTE format('LOCK TABLE public.%I IN SHARE UPDATE EXCLUSIVE MODE', history);
  EXECUTE format('LOCK TABLE public.%I IN ACCESS EXCLUSIVE MODE', others);
  EXECUTE format('CREATE TABLE public.%I (LIKE public.%I INCLUDING ALL EXCLUDING IDENTITY)', partition, history);
  EXECUTE format('ALTER TABLE public.%I DISABLE TRIGGER USER', others);
  EXECUTE format('WITH moved AS (DELETE FROM public.%I WHERE %I >= %L AND %I < %L RETURNING *) INSERT INTO public.%I SELECT * FROM moved',
                 others, kept_by, since, kept_by, until, partition);
  EXECUTE format('ALTER TABLE public.%I ENABLE TRIGGER USER', others);
  EXECUTE format('ALTER TABLE public.%I ATTACH PARTITION public.%I FOR VALUES FROM (%L) TO (%L)', history, partition, since, until);
END $$;

-- Makes the partitions of one history that are missing: of the moment, of the time to come, and of rows in the default one.
CREATE FUNCTION make_history_partitions(kept history_tables, at timestamptz)
RETURNS SETOF text LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
  width interval := ('1 ' || kept.step)::interval;
  ahead integer := CASE kept.step WHEN 'day' THEN 7 ELSE 2 END;
  kept_by text := (SELECT attname FROM pg_partitioned_table JOIN pg_attribute ON attrelid = partrelid AND attnum = partattrs[0]
                   WHERE partrelid = format('public.%I', kept.name)::regclass);
  wanted timestamptz[];
  since timestamptz;
  partition text;
BEGIN
  EXECUTE format(
    'SELECT array_agg(since) FROM (
       SELECT date_trunc(%1$L, %2$L::timestamptz) + step * %3$L::interval AS since FROM generate_series(0, %4$s) AS step
       UNION SELECT date_trunc(%1$L, %5$I) FROM public.%6$I ORDER BY 1) AS each',
    kept.step, at, width, ahead, kept_by, kept.name || '_default') INTO wanted;
  FOREACH since IN ARRAY wanted LOOP
    partition := kept.name || '_' || to_char(since, CASE kept.step WHEN 'day' THEN 'YYYYMMDD' ELSE 'YYYYMM' END);
    CONTINUE WHEN to_regclass(format('public.%I', partition)) IS NOT NULL;
    PERFORM make_history_partition(kept.name, partition, since, since + width);
    RETURN NEXT partition;
  END LOOP;
END $$;

-- The worker's one way to change the shape of a table, run every hour: makes the partitions that histories need at `at` and
-- after, and drops those that ended before `kept_days` days ago. Safe to run again, and at once: the second does nothing.
-- It waits at most a second for a lock, as whoever comes after it waits as long: what it did not get is put off to the next time.
CREATE FUNCTION keep_history_partitions(at timestamptz, otherwise_kept_days integer DEFAULT 400)
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
        WHERE until <= at - make_interval(days => coalesce(kept.kept_days, otherwise_kept_days)) ORDER BY until);
      FOREACH partition IN ARRAY ended LOOP
        EXECUTE format('DROP TABLE public.%I', partition);
      END LOOP;
      RETURN QUERY SELECT 'dropped', unnest(ended);
    EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
      RETURN QUERY SELECT 'put off', kept.name;
    END;
  END LOOP;
END $$;

REVOKE EXECUTE ON FUNCTION history_partitions, make_history_partition, make_history_partitions,
  keep_history_partitions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION keep_history_partitions TO corefleet_worker;
