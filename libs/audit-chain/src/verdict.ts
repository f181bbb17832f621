import type { Finding } from './findings';

/** As many are named: who edits more is found out by fewer. */
export const FINDINGS_MOST = 100;

/** What came of a verification. */
export interface Verdict {
  /** Lines of the export. */
  readonly entries: number;
  /** Of these: what kept checkpoints prove. */
  readonly proven: number;
  /** Empty: nothing contradicts. */
  readonly findings: readonly Finding[];
  /** The last position that a checkpoint knows; 0 without any. */
  readonly knownTo: number;
  /** Keys that have signed the checkpoints, raw Ed25519 and base64url. */
  readonly keys: readonly string[];
}

/** Counts, and what is found, while a verification goes on. */
export class Tally {
  entries = 0;
  proven = 0;
  knownTo = 0;
  /** When the checkpoint with the last known position was made. */
  knownAt = '';
  readonly findings: Finding[] = [];

  get isFull(): boolean {
    return this.findings.length >= FINDINGS_MOST;
  }

  /** What was removed in a row is one finding. */
  found(finding: Finding): void {
    const last = this.findings.at(-1);
    const goesOn =
      finding.kind === 'removed' && last?.kind === 'removed' && last.last.position === finding.position - 1;
    if (goesOn) this.findings[this.findings.length - 1] = { ...last, last: finding.last };
    else if (!this.isFull) this.findings.push(finding);
  }
}
