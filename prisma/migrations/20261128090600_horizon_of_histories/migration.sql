-- What devices said before goes as other histories go. `until` of a row is the time at which it was written, so all that
-- held at a moment is in the partitions from that moment on.
INSERT INTO history_tables (name, step) VALUES ('device_facts_past', 'month'), ('device_snaps_past', 'month'), ('device_sets_past', 'month');

-- Since when histories can answer what was: the begin of the oldest partition of whichever reaches back least; NULL while
-- none has been made, as all there is lies in the default ones then.
CREATE FUNCTION history_horizon(VARIADIC histories text[]) RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET timezone = 'UTC' AS $$
  SELECT max(since) FROM (
    SELECT min(substring(pg_get_expr(partition.relpartbound, partition.oid) FROM $re$FROM \('([^']+)'\)$re$)::timestamptz) AS since
    FROM unnest(histories) AS history
    JOIN pg_inherits ON inhparent = format('public.%I', history)::regclass
    JOIN pg_class AS partition ON partition.oid = inhrelid
    GROUP BY history) AS oldest
$$;
REVOKE EXECUTE ON FUNCTION history_horizon FROM PUBLIC;
GRANT EXECUTE ON FUNCTION history_horizon TO corefleet_api, corefleet_worker;
