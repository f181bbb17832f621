/** WebSocket close codes of the link: RFC 6455's own where it has one, private ones (4000 to 4999) otherwise. */
export const CLOSE_CODES: Readonly<Record<string, number>> = {
  'binary-frame': 1003,
  draining: 1012,
  'bad-frame': 4400,
  revoked: 4403,
  'protocol-not-spoken': 4406,
  silent: 4408,
  replaced: 4409,
  'out-of-order': 4412,
  'too-many-unacked': 4428,
  'too-many-frames': 4429,
  'slow-reader': 4430,
  'over-credit': 4431,
};

const SOON = { reconnectAfterMs: 1_000, jitterMs: 4_000 };
const LATER = { reconnectAfterMs: 60_000, jitterMs: 60_000 };
const MUCH_LATER = { reconnectAfterMs: 3_600_000, jitterMs: 1_800_000 };

/** When to come back after each kind of end: what will not be better soon is not asked for soon. */
export function comeBack(reason: string): { reconnectAfterMs: number; jitterMs: number } {
  switch (reason) {
    case 'protocol-not-spoken':
    case 'revoked':
      return MUCH_LATER;
    case 'silent':
    case 'slow-reader':
      return SOON;
    default:
      return LATER;
  }
}
