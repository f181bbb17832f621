import type { Device } from '../device/device';

/** A warning that was not okayed yet. */
export interface Warning {
  message: string;
  firstNs: bigint;
  lastNs: bigint;
}

/** The warnings of one device, in the order they first came. */
export class Warnings {
  private pending: Warning[] = [];

  /** Adds a warning, or notes that it came again. */
  add(message: string, nowNs: bigint): void {
    const known = this.pending.find((warning) => warning.message === message);
    if (known) known.lastNs = nowNs;
    else this.pending.push({ message, firstNs: nowNs, lastNs: nowNs });
  }

  all(): readonly Warning[] {
    return this.pending;
  }

  /** Ends what came up to a time. @returns how many */
  okay(untilNs: bigint): number {
    const before = this.pending.length;
    this.pending = this.pending.filter((warning) => warning.lastNs > untilNs);
    return before - this.pending.length;
  }
}

/** Number of pending warnings and when the newest came, for the envelope; undefined when there is none (§10.8). */
export function warningSummary(device: Device): { count: number; newestNs: bigint } | undefined {
  const all = device.parts.peek(Warnings)?.all() ?? [];
  if (all.length === 0) return undefined;
  const newestNs = all.reduce((newest, { lastNs }) => (lastNs > newest ? lastNs : newest), 0n);
  return { count: all.length, newestNs };
}
