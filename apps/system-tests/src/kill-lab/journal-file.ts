import { existsSync, readFileSync } from 'node:fs';

const HEAD_BYTES = 8;

interface Line {
  readonly t: string;
  readonly commandId?: string;
  readonly intent?: { readonly highestChangeId: string };
  readonly report?: { readonly commandId: string; readonly state: string };
}

/** How far an agent has written down that it came with a command. */
export interface Progress {
  readonly step: 'nothing' | 'accepted' | 'intent' | 'started' | 'end';
  /** Highest change id before the request; with `intent`. */
  readonly highestChangeId: string;
}

/** Reads an agent's journal as its format says (length, checksum, JSON); a torn tail is none. */
export function progressOf(file: string, commandId: string): Progress {
  let progress: Progress = { step: 'nothing', highestChangeId: '0' };
  for (const line of linesOf(file)) {
    if ((line.commandId ?? line.report?.commandId) !== commandId) continue;
    const highestChangeId = line.intent?.highestChangeId ?? progress.highestChangeId;
    if (line.t === 'withdrawn') progress = { step: 'accepted', highestChangeId };
    else if (isStep(line.t)) progress = { step: line.t, highestChangeId };
  }
  return progress;
}

const isStep = (t: string): t is Progress['step'] => ['accepted', 'intent', 'started', 'end'].includes(t);

function linesOf(file: string): Line[] {
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  const lines: Line[] = [];
  for (let at = 0; at + HEAD_BYTES <= bytes.length;) {
    const end = at + HEAD_BYTES + bytes.readUInt32BE(at);
    if (end > bytes.length) break;
    lines.push(JSON.parse(bytes.subarray(at + HEAD_BYTES, end).toString('utf8')) as Line);
    at = end;
  }
  return lines;
}
