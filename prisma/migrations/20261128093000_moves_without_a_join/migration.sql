-- What a statement moved, as the difference of its rows after and before. A join of the two would be planned once, for the few
-- rows that its session moved first, and compare every row with every other ever after.
CREATE OR REPLACE FUNCTION note_command_moves() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO command_moves (rollout_id, command_id)
  SELECT rollout_id, id FROM (
    SELECT id, rollout_id, status, late_status FROM moved WHERE rollout_id IS NOT NULL AND status NOT IN ('queued', 'signed')
    EXCEPT ALL SELECT id, rollout_id, status, late_status FROM was) AS other;
  RETURN NULL;
END $$;
