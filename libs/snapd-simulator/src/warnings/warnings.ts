import type { Device } from '../device/device';

/** A warning; snapd shows one again when it comes a day after it was okayed. */
export interface Warning {
  okayed?: boolean;
  message: string;
  firstNs: bigint;
  lastNs: bigint;
}

/** The warnings of one device, in the order they first came. */
export class Warnings {
  private readonly known: Warning[] = [];

  /** Adds a warning, or notes that it came again. */
  add(message: string, nowNs: bigint): void {
    const known = this.known.find((warning) => warning.message === message);
    if (known) Object.assign(known, { lastNs: nowNs, okayed: false });
    else this.known.push({ message, firstNs: nowNs, lastNs: nowNs });
  }

  all(): readonly Warning[] {
    return this.known;
  }

  pending(): readonly Warning[] {
    return this.known.filter(({ okayed }) => okayed !== true);
  }

  /** Takes for seen what came up to a time. @returns how many */
  okay(untilNs: bigint): number {
    const seen = this.pending().filter(({ lastNs }) => lastNs <= untilNs);
    for (const warning of seen) warning.okayed = true;
    return seen.length;
  }
}

/** Number of pending warnings and when the newest came, for the envelope; undefined when there is none (§10.8). */
export function warningSummary(device: Device): { count: number; newestNs: bigint } | undefined {
  const all = device.parts.peek(Warnings)?.pending() ?? [];
  if (all.length === 0) return undefined;
  const newestNs = all.reduce((newest, { lastNs }) => (lastNs > newest ? lastNs : newest), 0n);
  return { count: all.length, newestNs };
}
