/** What webhooks are told of, by its stable type. Most come of the audit, as `webhook_event_types` has them. */
export const EVENT_TYPES = {
  'rollout.created': 'A rollout was made.',
  'rollout.approved': 'Somebody approved its plan.',
  'rollout.rejected': 'Somebody rejected its plan.',
  'rollout.started': 'It gives commands from now on.',
  'rollout.paused': 'A person or a gate paused it; `reason` says why.',
  'rollout.continued': 'A person had it go on.',
  'rollout.retried': 'A person had it try those again that failed.',
  'rollout.stopped': 'A person or a gate stopped it.',
  'rollout.rolling-back': 'Its devices are being taken back.',
  'rollout.rolled-back': 'They were taken back.',
  'rollout.finished': 'It is over.',
  'wave.started': 'A wave of a rollout began; `wave` is its number.',
  'wave.soaking': 'All its devices have ended; it is watched for a time.',
  'wave.passed': 'Its gate passed.',
  'wave.skipped': 'A person skipped it.',
  'command.finished': 'A command ended, in whatever way: `status`, and `cause` when it failed. Reads are not told.',
  'command.finished-late': 'A result came after the command had been closed.',
  'device.enrolled': 'A device joined.',
  'device.re-enrolled': 'A device came back with another key, as was expected.',
  'device.held': 'Another key asks to be this device, and waits for a person.',
  'device.revoked': 'A person revoked a device.',
  'validation-set.marked-bad': 'A sequence is never to be installed.',
  'validation-set.lifted': 'It may be again.',
  'webhook.ping': 'A person tests the webhook. Told to that one alone, whatever it wants.',
} as const;

/** A type of event that can be told. */
export type EventType = keyof typeof EVENT_TYPES;

/** Whether a pattern such as `rollout.*` or `command.finished` means any event at all. */
export function meansAnEvent(pattern: string): boolean {
  const [start = '', rest] = pattern.split('*');
  return Object.keys(EVENT_TYPES).some((type) => (rest === undefined ? type === pattern : type.startsWith(start)));
}
