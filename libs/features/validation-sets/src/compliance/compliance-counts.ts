import { COMPLIANCE_STATES, type ComplianceState } from './compliance-rows';

export type Counts = Readonly<Record<ComplianceState | 'devices' | 'drifted', number>>;

export interface SequenceCount {
  readonly sequence: number;
  readonly devices: number;
}

/** Devices at one sequence, drifted or not, by state. */
export interface Count extends Readonly<Record<ComplianceState, number>> {
  readonly sequence: number | null;
  readonly drifted: boolean;
}

export function countsOf(counted: readonly Count[]): Counts {
  const sum = (of: readonly Count[], states: readonly ComplianceState[]): number =>
    of.reduce((total, count) => total + states.reduce((part, state) => part + count[state], 0), 0);
  const states = Object.fromEntries(COMPLIANCE_STATES.map((state) => [state, sum(counted, [state])]));
  const drifted = counted.filter((count) => count.drifted);
  const all = { devices: sum(counted, COMPLIANCE_STATES), drifted: sum(drifted, COMPLIANCE_STATES) };
  return { ...(states as Record<ComplianceState, number>), ...all };
}

/** Newest first. What devices that nobody hears from tracked is not counted: nobody knows. */
export function sequencesOf(counted: readonly Count[]): SequenceCount[] {
  const bySequence = new Map<number, number>();
  for (const { sequence, valid, invalid } of counted) {
    if (sequence === null || valid + invalid === 0) continue;
    bySequence.set(sequence, (bySequence.get(sequence) ?? 0) + valid + invalid);
  }
  const all = [...bySequence].map(([sequence, devices]) => ({ sequence, devices }));
  return all.sort((a, b) => b.sequence - a.sequence);
}
