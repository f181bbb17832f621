import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock';
import type { Maintenance } from '../http/envelope';

/*
 * State      | answers requests                     | goes to
 * up         | yes                                  | stopping (restart asked for), down (power cut)
 * stopping   | yes, with maintenance; no long-polls | down after the grace
 * down       | no: like a missing socket            | up after the boots, or after the daemon's restart
 */
export type PowerState = 'up' | 'stopping' | 'down';

/** How a restart goes: which maintenance it announces, how many boots it takes. */
interface Restart {
  maintenance: Maintenance;
  boots: number;
  graceMs: number;
  awayMs: number;
  whileDown?: () => void;
}

/** What the power tells the device. */
export interface PowerListener {
  /** The daemon begins to stop (or is gone at once). */
  stopped(): void;
  /** The socket is gone. */
  down(): void;
  /** The daemon answers again. */
  started(): void;
}

const REBOOTING: Maintenance = {
  message: 'system is restarting',
  kind: 'system-restart',
  value: { op: 'reboot' },
};
const DAEMON_RESTARTING: Maintenance = { message: 'daemon is restarting', kind: 'daemon-restart' };

/** Whether the daemon answers, under which boot id, and the road through a restart. */
export class Power {
  state: PowerState = 'up';
  bootId = randomUUID() as string;
  maintenance: Maintenance | undefined;
  private readonly stoppingListeners = new Set<() => void>();
  private cancelStep: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly times: { graceMs: number; rebootMs: number; daemonRestartMs: number },
    private readonly listener: PowerListener,
  ) {}

  get stopping(): boolean {
    return this.state !== 'up';
  }

  /** Calls `fn` when the daemon starts to stop; the returned function takes it out again. */
  onStopping(fn: () => void): () => void {
    this.stoppingListeners.add(fn);
    return () => this.stoppingListeners.delete(fn);
  }

  /** Restarts the system: each boot has a new boot id. A restart already under way goes on as it is. */
  reboot(boots = 1, whileDown?: () => void): void {
    const { graceMs, rebootMs } = this.times;
    this.begin({ maintenance: REBOOTING, boots, graceMs, awayMs: rebootMs, whileDown });
  }

  /** Restarts the daemon alone: same boot. */
  restartDaemon(): void {
    const { graceMs, daemonRestartMs } = this.times;
    this.begin({ maintenance: DAEMON_RESTARTING, boots: 0, graceMs, awayMs: daemonRestartMs });
  }

  /** A power cut or a killed daemon: no grace; the device is back after `boots` boots (0: the daemon alone). */
  cut(boots: number, whileDown?: () => void): void {
    this.cancelStep?.();
    this.state = 'up';
    const awayMs = boots > 0 ? this.times.rebootMs : this.times.daemonRestartMs;
    this.goDown({ maintenance: DAEMON_RESTARTING, boots, graceMs: 0, awayMs, whileDown });
  }

  /** Cancels whatever is under way, for good: the device is not used any more. */
  dispose(): void {
    this.cancelStep?.();
    this.state = 'down';
    this.announceStopping();
  }

  private begin(restart: Restart): void {
    if (this.stopping) return;
    this.state = 'stopping';
    this.maintenance = restart.maintenance;
    this.listener.stopped();
    this.announceStopping();
    this.cancelStep = this.clock.setTimer(restart.graceMs, () => this.goDown(restart));
  }

  private goDown(restart: Restart): void {
    const wasUp = this.state === 'up';
    this.state = 'down';
    if (wasUp) this.listener.stopped();
    this.announceStopping();
    this.listener.down();
    restart.whileDown?.();
    this.boot(restart, restart.boots);
  }

  private boot(restart: Restart, bootsLeft: number): void {
    this.cancelStep = this.clock.setTimer(restart.awayMs, () => {
      if (bootsLeft > 0) this.bootId = randomUUID();
      if (bootsLeft > 1) this.boot(restart, bootsLeft - 1);
      else this.goUp();
    });
  }

  private goUp(): void {
    this.cancelStep = undefined;
    this.state = 'up';
    this.maintenance = undefined;
    this.listener.started();
  }

  private announceStopping(): void {
    for (const fn of [...this.stoppingListeners]) fn();
  }
}
