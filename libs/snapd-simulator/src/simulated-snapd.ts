import type { SnapdTransport } from '@corefleet/snapd-client';
import { startApp, stopApp } from './auto-refresh/running-apps';
import type { FailTaskOptions } from './changes/faults';
import { Device } from './device/device';
import type { ConnectionFaults } from './http/exchange';
import { InProcessTransport } from './http/in-process-transport';
import { plainErrors, type TransportErrors } from './http/transport-errors';
import { UnixServer } from './http/unix-server';
import type { SimulatedSnapdOptions } from './options';
import { Warnings } from './warnings/warnings';

/** Who is at the other end of a connection. */
export interface Peer {
  /** Default 0, root. */
  uid?: number;
  /** The connection is to the socket that snaps use, and comes from this one (§1.2). Default: snapd's own socket. */
  snap?: string;
}

/** How an in-process transport is made. */
export interface TransportOptions extends Peer {
  /** What its failures are told with; default plain errors of the same shape. */
  errors?: TransportErrors;
}

/**
 * A snapd that runs on nothing but an injected clock: one object per device, cheap enough for thousands in a process.
 * It speaks through `transport()` (in process) or `listen()` (a unix socket) and answers as snapd 2.77 does on an
 * Ubuntu Core device. At rest it holds no timer.
 */
export class SimulatedSnapd {
  private readonly device: Device;
  private readonly faults: ConnectionFaults = { garbageLeft: 0, refuse: false };
  private readonly transports = new Set<InProcessTransport>();
  private readonly servers = new Set<UnixServer>();

  constructor(options: SimulatedSnapdOptions) {
    this.device = new Device(options);
    this.device.onSocket = (state) => void this.followPower(state);
  }

  /** A connection in process; close it as one would a socket's. */
  transport({ uid = 0, snap, errors = plainErrors }: TransportOptions = {}): SnapdTransport {
    const forget = (): unknown => this.transports.delete(transport);
    const { device, faults } = this;
    const transport: InProcessTransport = new InProcessTransport({ device, faults, uid, snap, errors }, forget);
    this.transports.add(transport);
    return transport;
  }

  /** Serves the same device on a unix socket too; the socket is gone while the device is down. */
  async listen(socketPath: string, peer: Peer = {}): Promise<{ close(): Promise<void> }> {
    const server = new UnixServer(this.device, this.faults, socketPath, { uid: 0, ...peer });
    this.servers.add(server);
    await server.open();
    return {
      close: () => {
        this.servers.delete(server);
        return server.close();
      },
    };
  }

  /** The kernel's boot id: another one after every boot. */
  bootId(): string {
    return this.device.power.bootId;
  }

  /** Whether the daemon answers now. */
  isUp(): boolean {
    return this.device.power.state !== 'down';
  }

  /** Restarts the daemon alone, in its orderly way; `abrupt` kills it instead (§10.10). */
  restartDaemon(how: { abrupt?: boolean } = {}): void {
    if (how.abrupt) this.device.power.cut(0);
    else this.device.power.restartDaemon();
  }

  /** Restarts the system, in its orderly way; `abrupt` is a power cut. */
  reboot(how: { abrupt?: boolean } = {}): void {
    if (how.abrupt) this.device.power.cut(1, () => this.device.returnToRun());
    else this.device.bootInto('run');
  }

  /** Boots into the factory state (§10.40): ids start at 1, notices and changes are gone, the boot id is new. */
  factoryReset(): void {
    this.device.bootInto('factory-reset');
  }

  /** The next boot that a task asks for fails: a new kernel or base rolls back, a system's test is not passed. */
  failNextBoot(): void {
    this.device.failNextBoot = true;
  }

  /**
   * Makes the next task of a kind fail, on one snap or any.
   * @param kind a task kind, or `run-hook:post-refresh` for a certain hook
   */
  failTask(kind: string, snap?: string, options?: FailTaskOptions): void {
    this.device.faults.failTask(kind, snap, options);
  }

  /** Makes every task of a kind take `ms`, until `clearFaults`. */
  slowTask(kind: string, ms: number, snap?: string): void {
    this.device.faults.slowTask(kind, ms, snap);
  }

  /** The next remodel cannot write its model to the boot disk: snapd tells so in a log and keeps the old model. */
  failModelSwitch(error: string): void {
    this.device.faults.modelSwitchError = error;
  }

  /** No space is left on the device, until called with false (§10.19). */
  fillDisk(full = true): void {
    this.device.faults.diskFull = full;
  }

  /** Ends failing and slow tasks, a full disk, garbage and refused connections. */
  async clearFaults(): Promise<void> {
    this.device.faults.clear();
    this.device.failNextBoot = false;
    this.faults.garbageLeft = 0;
    await this.refuseConnections(false);
  }

  /** Replaces the next `count` answers by something no snapd says; the requests are carried out all the same. */
  injectGarbage(count: number): void {
    this.faults.garbageLeft = count;
  }

  /** Refuses new connections (a unix socket is taken away), until called with false. In process it holds at once. */
  async refuseConnections(refuse = true): Promise<void> {
    this.faults.refuse = refuse;
    await Promise.all([...this.servers].map((server) => (refuse ? server.shut() : server.open())));
  }

  /** Runs an app of a snap until `stopApp`: refreshes of the snap wait for it (§8.2 refresh-inhibit). */
  startApp(snap: string, app: string): void {
    startApp(this.device, snap, app);
  }

  /** The app has ended. */
  stopApp(snap: string, app: string): void {
    stopApp(this.device, snap, app);
  }

  /** Adds a pending warning (§10.8). */
  addWarning(message: string): void {
    this.device.parts.of(Warnings).add(message, this.device.clock.nowNs());
  }

  /** Adds a notice that no change makes, as snapd does for refresh-inhibit and the like. */
  addNotice(type: string, key: string): void {
    this.device.notices.record(type, key);
  }

  /** The first seeding is over: operations are accepted from now on (§10.18). */
  finishSeeding(): void {
    this.device.finishSeeding();
  }

  /** Switches the device off for good and closes what it opened. */
  async dispose(): Promise<void> {
    this.device.autoRefresh?.stop();
    this.device.runner.stop();
    this.device.power.dispose();
    for (const transport of this.transports) transport.close();
    await Promise.all([...this.servers].map((server) => server.close()));
  }

  private async followPower(state: 'gone' | 'back'): Promise<void> {
    if (state === 'gone') for (const transport of this.transports) transport.reset();
    await Promise.all([...this.servers].map((server) => (state === 'gone' ? server.shut() : server.open())));
  }
}
