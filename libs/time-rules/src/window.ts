import { DAY_MS, MINUTE_MS } from './civil-day';
import { parseCron } from './cron';
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

/** No opening is longer than a week (validate-window.ts), and a change of clocks is far shorter than a day. */
const LOOK_BACK_MS = 8 * DAY_MS;

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
  const lengthMs = window.durationMinutes * MINUTE_MS;
  const from = new Date(now.getTime() - LOOK_BACK_MS);
  let [opensAt, closesAt] = [NaN, NaN];
  for (const occurrence of occurrences(parseCron(window.cron), zoneOf(window, deviceZone), from)) {
    const at = occurrence.getTime();
    if (at > closesAt && closesAt > now.getTime()) break;
    if (!(at <= closesAt)) opensAt = at;
    closesAt = at + lengthMs;
  }
  return { open: opensAt <= now.getTime(), opensAt: new Date(opensAt), closesAt: new Date(closesAt) };
}
