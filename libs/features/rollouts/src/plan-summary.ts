import type { PlanCause, PlanSummary } from '@corefleet/contracts/http';
import type { DevicePlan } from './planner';

/** Causes that are told apart; the devices of all further ones are counted together. */
const CAUSES_MOST = 100;

/** Counts plans by verdict and by cause, one after the other, so that the memory it takes does not grow with them. */
export class SummaryOfPlans {
  private readonly totals = { change: 0, nothing: 0, blocked: 0 };
  private readonly causes = new Map<string, PlanCause>();

  add({ verdict, blockers, warnings }: DevicePlan): void {
    this.totals[verdict] += 1;
    for (const { cause, message } of [...blockers, ...warnings]) this.count({ verdict, cause, message });
  }

  /** The causes that most devices have first. */
  summary(): PlanSummary {
    const { change, nothing, blocked } = this.totals;
    const causes = [...this.causes.values()].sort((a, b) => b.devices - a.devices);
    return { devices: change + nothing + blocked, change, nothing, blocked, causes };
  }

  private count(note: Omit<PlanCause, 'devices'>): void {
    const key = JSON.stringify([note.verdict, note.cause, note.message]);
    if (this.causes.size >= CAUSES_MOST && !this.causes.has(key)) {
      this.raise(JSON.stringify([note.verdict]), {
        verdict: note.verdict,
        cause: 'other',
        message: 'and other causes',
      });
    } else this.raise(key, note);
  }

  private raise(key: string, note: Omit<PlanCause, 'devices'>): void {
    const devices = (this.causes.get(key)?.devices ?? 0) + 1;
    this.causes.set(key, { ...note, devices });
  }
}

/** `12 snapd-too-old (cannot refresh with snapd 2.50: ...)`, one after the other. */
export function blockersInWords({ causes }: PlanSummary): string {
  return causes
    .filter(({ verdict }) => verdict === 'blocked')
    .map(({ devices, cause, message }) => `${devices} ${cause} (${message})`)
    .join(', ');
}
