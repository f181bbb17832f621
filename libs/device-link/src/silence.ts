/** Beats an agent may be silent before its link is given up. */
const SILENT_BEATS = 3;

/** What to do about a link last heard of at `heardMs`: nothing, ask with a ping, or give it up. */
export function silence(heardMs: number, nowMs: number, heartbeatMs: number): 'fine' | 'ping' | 'gone' {
  const quietMs = nowMs - heardMs;
  if (quietMs > SILENT_BEATS * heartbeatMs) return 'gone';
  return quietMs > heartbeatMs ? 'ping' : 'fine';
}
