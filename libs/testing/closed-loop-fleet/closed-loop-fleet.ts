import type { Activity } from './activity';
import type { ClosedLoopServer } from './closed-loop-server';
import type { FleetDevice } from './fleet-device';
import type { FleetTime } from './fleet-time';
import { GatewayRows } from './gateway-rows';

export interface ClosedLoopFleetOptions {
  readonly time: FleetTime;
  readonly activity: Activity;
  readonly server: ClosedLoopServer;
  readonly devices: readonly FleetDevice[];
}

/** Heartbeats and sweeps come at least so often, in the time of the fleet. */
const BEAT_MS = 60_000;

/**
 * Devices and server as a closed loop: commands are handed out, devices run them, what they say is folded, and when nothing
 * moves any more, time goes on to what happens next. No socket is opened.
 */
export class ClosedLoopFleet {
  private readonly rows: GatewayRows;
  private readonly byEnrolment: ReadonlyMap<string, FleetDevice>;

  constructor(private readonly options: ClosedLoopFleetOptions) {
    this.rows = new GatewayRows(options.server.gateway);
    this.byEnrolment = new Map(options.devices.map((device) => [device.enrolmentId, device]));
  }

  /** Everything that can happen without time going on. */
  async settle(): Promise<void> {
    const { time, activity, server, devices } = this.options;
    await this.rows.touch(devices.filter(({ online }) => online), time.now()); // prettier-ignore
    for (;;) {
      await time.advanceTo(time.now().getTime());
      await activity.idle();
      const stored = await this.rows.store(devices);
      await server.sweep();
      const given = await this.rows.handOut(this.byEnrolment, time.now());
      if (stored === 0 && given.size === 0) return;
    }
  }

  /**
   * Lets time pass, from one thing that happens to the next, until `isOver` or at the latest `untilMs`.
   * @param everyMs heartbeats and sweeps come at least so often: a day that nothing fills may be long
   */
  async pass(
    until: { readonly ms: number; readonly isOver?: () => Promise<boolean> },
    everyMs = BEAT_MS,
  ): Promise<void> {
    const { time } = this.options;
    const endMs = time.now().getTime() + until.ms;
    for (;;) {
      await this.settle();
      const nowMs = time.now().getTime();
      if (nowMs >= endMs || (await until.isOver?.())) return;
      const nextMs = Math.min(endMs, nowMs + everyMs, Math.max(nowMs + 1, time.nextDueMs() ?? Infinity));
      await time.advanceTo(nextMs);
    }
  }
}
