/** Steps that are not compared, by family and name, and why; the replay fails when one is missing or no longer there. */
export const NOT_REPLAYED: Readonly<Record<string, string>> = {};

/** Steps whose result is compared by a rule of their own. */
export const BY_RULE: Readonly<Record<string, string>> = {
  'debug: /v2/debug?aspect=features': "a catalogue of snapd's own parts: what the simulator lists has to be in it",
  'long-poll: wakes on PUT conf sent 1 s later': 'how far the change has come when the poll wakes is a race in snapd',
  'installed: /v2/logs?n=3': 'json-seq: record by record',
  'installed: /v2/logs?names=lab-hello.svc&n=2': 'json-seq: record by record',
  'installed: /v2/snaps/lab-hello/file': 'the bytes are those that were uploaded',
  'after-changes: /v2/changes?select=all': "by id, without snapd's own changes",
  'after-changes: /v2/notices': "by change, without snapd's own, and without how often a change that failed flapped",
};
