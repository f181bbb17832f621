import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { simulatedDevice, simulatedStore } from '@corefleet/apps/simulator';
import type { SimulatedSnapd, SimulatedStore } from '@corefleet/snapd-simulator';
import type { Fleet, HowToStart } from '@corefleet/testing/fleet';
import { spawnProcess, type SpawnedProcess } from '@corefleet/testing/processes';
import { askSnapd, startRecordingProxy, type RecordedRequest, type RecordingProxy } from '@corefleet/testing/snapd-lab';

export interface RoadDeviceOptions {
  readonly serial: string;
  readonly enrolmentToken: string;
  readonly store?: SimulatedStore;
  /** How long an ordinary task of a change takes, in milliseconds. */
  readonly taskMs?: number;
  readonly rebootMs?: number;
  /** How long the agent waits for snapd to answer, and waits out a request of unknown fate, in milliseconds. */
  readonly snapdTimeoutMs?: number;
}

const WATCH_POWER_MS = 5;

/**
 * A device in a test: a simulated snapd on a unix socket, a proxy in front of it that records what is asked, and the
 * real agent as a process that knows the proxy's socket only. As on a real device the agent dies with each boot, and
 * loses its state in a reset.
 */
export class RoadDevice {
  agent: SpawnedProcess | undefined;
  /** Of the agent, in addition to what it needs. */
  environment: Readonly<Record<string, string>> = {};
  private bootId: string;
  private resets = 0;
  private readonly watching: NodeJS.Timeout;

  private constructor(
    private readonly fleet: Fleet,
    private readonly options: RoadDeviceOptions,
    readonly directory: string,
    readonly snapd: SimulatedSnapd,
    readonly proxy: RecordingProxy,
  ) {
    this.bootId = snapd.bootId();
    this.writeBootId();
    this.watching = setInterval(() => void this.followPower(), WATCH_POWER_MS);
  }

  static async open(fleet: Fleet, options: RoadDeviceOptions): Promise<RoadDevice> {
    const directory = mkdtempSync(path.join(tmpdir(), 'corefleet-road-'));
    const { store = simulatedStore(), serial, taskMs = 20, rebootMs = 100 } = options;
    const snapd = simulatedDevice(store, serial, { taskMs, rebootMs });
    const upstream = path.join(directory, 'snapd.socket');
    await snapd.listen(upstream);
    const proxy = await startRecordingProxy({ socketPath: path.join(directory, 'proxy.socket'), upstream });
    return new RoadDevice(fleet, options, directory, snapd, proxy);
  }

  get serial(): string {
    return this.options.serial;
  }

  get journalFile(): string {
    return path.join(this.directory, 'state', 'journal');
  }

  /** Starts the agent, which enrols at its first start. */
  startAgent({ nodeArgs = [], env = {} }: HowToStart = {}): SpawnedProcess {
    const { enrolmentToken, snapdTimeoutMs } = this.options;
    this.agent = spawnProcess(path.resolve('dist', 'agent.cjs'), {
      nodeArgs,
      env: {
        COREFLEET_SERVER: this.fleet.api.url,
        COREFLEET_ENROLMENT_TOKEN: enrolmentToken,
        COREFLEET_STATE_DIR: path.join(this.directory, 'state'),
        COREFLEET_SNAPD_SOCKET: this.proxy.socketPath,
        COREFLEET_BOOT_ID_FILE: this.bootIdFile,
        ...(snapdTimeoutMs === undefined ? {} : { COREFLEET_SNAPD_TIMEOUT_MS: String(snapdTimeoutMs) }),
        ...this.environment,
        ...env,
      },
    });
    return this.agent;
  }

  async stopAgent(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const agent = this.agent;
    this.agent = undefined;
    await agent?.kill(signal);
  }

  /** Asks snapd's own socket, past the proxy and the agent. @returns the result of the answer */
  async read<Result>(of: string): Promise<Result> {
    const { body } = await askSnapd(path.join(this.directory, 'snapd.socket'), of);
    return (body as { result: Result }).result;
  }

  /** Has snapd do something that nobody ordered through us, past the proxy and the agent. @returns the id of its change */
  async act(at: string, request: object): Promise<string> {
    const { body } = await askSnapd(path.join(this.directory, 'snapd.socket'), at, { method: 'POST', json: request });
    return (body as { change: string }).change;
  }

  /** What was sent to snapd, GETs left out. */
  sent(matches: (request: RecordedRequest) => boolean): RecordedRequest[] {
    return this.proxy.requests.filter(matches);
  }

  async close(): Promise<void> {
    clearInterval(this.watching);
    await this.stopAgent('SIGKILL');
    await this.proxy.close();
    await this.snapd.dispose();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private get bootIdFile(): string {
    return path.join(this.directory, 'boot_id');
  }

  private async followPower(): Promise<void> {
    if (this.snapd.bootId() === this.bootId) return;
    this.bootId = this.snapd.bootId();
    this.writeBootId();
    const agent = this.agent;
    await agent?.kill('SIGKILL');
    if (this.wasReset()) rmSync(path.join(this.directory, 'state'), { recursive: true, force: true });
    if (agent && this.agent === agent) this.startAgent();
  }

  /** Whether the boot was asked for by a request that erases the device's data, the agent's with it. */
  private wasReset(): boolean {
    const resets = this.sent(({ body, status }) => body.includes('"factory-reset"') && status === 200).length;
    const isNew = resets > this.resets;
    this.resets = resets;
    return isNew;
  }

  private writeBootId(): void {
    writeFileSync(`${this.bootIdFile}.next`, `${this.bootId}\n`);
    renameSync(`${this.bootIdFile}.next`, this.bootIdFile);
  }
}
