import { MINUTE_MS } from './civil-day';
import { parseCron, type Cron } from './cron';
import { occurrences } from './occurrences';
import { isZone } from './zone';

/** When a device may be worked on: from each occurrence of the cron expression on, for some minutes of real time. */
export interface MaintenanceWindow {
  readonly cron: string;
  /** Real minutes, whatever clocks do meanwhile: 1 to `WINDOW_MOST_MINUTES`, see validate-window.ts. */
  readonly durationMinutes: number;
  /** `device` is the device's own, as its agent says it; else an IANA name. */
  readonly timeZone: string;
  /** For `device`, where the device's zone is not known; UTC when left out. */
  readonly fallbackTimeZone?: string | undefined;
}

/** A window at one instant: where it is closed, the times are those of the next opening. */
export interface WindowState {
  readonly open: boolean;
  readonly opensAt: Date;
  readonly closesAt: Date;
}

/** The time zone that rules a window for a device. @param deviceZone as its agent says it, if it does */
export function zoneOf(window: MaintenanceWindow, deviceZone: string | undefined): string {
  if (window.timeZone !== 'device') return window.timeZone;
  return deviceZone !== undefined && isZone(deviceZone) ? deviceZone : (window.fallbackTimeZone ?? 'UTC');
}

/**
 * Whether a window is open, and its times. Occurrences that overlap, or touch, are one opening. It is open at `opensAt` and
 * closed at `closesAt`. The same for all devices of one zone: ask once for each zone where there are many devices.
 * @throws CronError where `validateWindow` would have refused
 */
export function windowState(window: MaintenanceWindow, deviceZone: string | undefined, now: Date): WindowState {
  const zone = zoneOf(window, deviceZone);
  const openings = { cron: parseCron(window.cron), zone, lengthMs: window.durationMinutes * MINUTE_MS };
  const next = firstAfter(openings, now.getTime() - openings.lengthMs);
  const open = next <= now.getTime();
  const opensAt = open ? beginningOf(openings, next) : next;
  return { open, opensAt: new Date(opensAt), closesAt: new Date(endOf(openings, next)) };
}

interface Openings {
  readonly cron: Cron;
  readonly zone: string;
  readonly lengthMs: number;
}

function firstAfter({ cron, zone }: Openings, after: number): number {
  const next = occurrences(cron, zone, new Date(after)).next();
  if (next.done) throw new Error(`cannot find an occurrence after ${new Date(after).toISOString()}`);
  return next.value.getTime();
}

/** Back through the occurrences before it that last until it, or longer. */
function beginningOf(openings: Openings, occurrence: number): number {
  for (let beginning = occurrence; ;) {
    const earlier = firstAfter(openings, beginning - openings.lengthMs - 1);
    if (earlier >= beginning) return beginning;
    beginning = earlier;
  }
}

function endOf({ cron, zone, lengthMs }: Openings, occurrence: number): number {
  let end = occurrence + lengthMs;
  for (const at of occurrences(cron, zone, new Date(occurrence))) {
    if (at.getTime() > end) break;
    end = at.getTime() + lengthMs;
  }
  return end;
}
