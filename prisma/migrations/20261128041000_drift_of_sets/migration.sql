-- The same sets as before, looked up among the rows that are kept beside the facts and not in the facts themselves. A mode
-- that is NULL on both sides is no drift: the set was forgotten, or is tracked in no mode.
CREATE OR REPLACE VIEW drifted_sets AS
SELECT kept.enrolment_id, kept.account_id, kept.name, kept.mode AS left_mode, kept.pinned_at AS left_pinned_at,
  kept.command_id, kept.rollout_id, kept.left_at,
  shown.mode, shown.pinned_at, greatest(fact.received_at, kept.left_at) AS since
FROM left_sets AS kept
JOIN device_facts AS fact ON fact.enrolment_id = kept.enrolment_id AND fact.name = 'validation-sets'
LEFT JOIN device_sets AS shown
  ON shown.enrolment_id = kept.enrolment_id AND shown.account_id = kept.account_id AND shown.name = kept.name
WHERE (fact.journal_epoch, fact.number) > (kept.applied_epoch, kept.applied_number)
  AND (shown.mode, shown.pinned_at) IS DISTINCT FROM (kept.mode, kept.pinned_at);
