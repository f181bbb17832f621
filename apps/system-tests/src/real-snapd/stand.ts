import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ArtifactView, CommandDetail, DevicePage, DeviceView, IssuedCommands } from '@corefleet/contracts/http';
import type { ArtifactReference } from '@corefleet/operations';
import { startFleet, type Fleet } from '@corefleet/testing/fleet';
import { eventually, killAll } from '@corefleet/testing/processes';
import {
  buildSnaps,
  findSquashfs,
  startRecordingProxy,
  startSnapd,
  type LabSnaps,
  type RecordedRequest,
  type RecordingProxy,
  type SnapdLab,
} from '@corefleet/testing/snapd-lab';
import { AgentUnderTest } from './agent-under-test';
import { Closers } from './closers';
import { Rows } from './rows';
import { SnapdReader } from './snapd-reader';
import { snapdSuite } from './suite';

export interface CommandOptions {
  remark?: string;
  deadlineSeconds?: number;
}

/** A command that has ended, and every request but GETs that snapd's socket saw meanwhile. */
export interface Ended {
  command: CommandDetail;
  posts: RecordedRequest[];
}

export interface StandOptions {
  /** How long the agent waits for snapd's answer, and so before it decides on a request whose answer was lost. */
  snapdTimeoutMs?: number;
  /** Copies of the gateway. */
  gateways?: number;
}

const SNAPD_TIMEOUT_MS = 30_000;
const COMMAND_TIMEOUT_MS = 60_000;

const SERIAL = 'real-1';

/**
 * One device on the road: a real snapd, the recording proxy in front of it, the agent's own process, and a whole server
 * (API, gateway, worker, signer) over stores of its own.
 *
 *     test -> API -> ... -> gateway -> agent -> proxy -> snapd
 *     test ------------------- reader ----------------> snapd
 */
export class Stand {
  deviceId = '';
  enrolmentId = '';

  private constructor(
    readonly dir: string,
    readonly fleet: Fleet,
    readonly lab: SnapdLab,
    public proxy: RecordingProxy,
    readonly snaps: LabSnaps,
    readonly agent: AgentUnderTest,
    readonly rows: Rows,
    /** Reads and asks past the agent and the proxy. */
    readonly snapd: SnapdReader,
    private readonly opened: Closers,
  ) {}

  /** Starts everything; when a part cannot be started, the others are stopped again. */
  static async start(options: StandOptions = {}): Promise<Stand> {
    const opened = new Closers();
    try {
      return await Stand.open(opened, options);
    } catch (error) {
      await opened.closeAll();
      throw error;
    }
  }

  private static async open(opened: Closers, options: StandOptions): Promise<Stand> {
    const suite = snapdSuite();
    const dir = await mkdtemp(path.join(tmpdir(), 'corefleet-real-'));
    opened.add(() => rm(dir, { recursive: true, force: true }));
    const squashfs = await findSquashfs();
    const snaps = await buildSnaps(path.join(dir, 'snaps'), squashfs);
    opened.add(killAll);
    const fleet = await startFleet({ gateways: options.gateways ?? 1 });
    opened.add(() => fleet.stop());
    const lab = await startSnapd({ suite, dir: path.join(dir, 'lab') });
    opened.add(() => lab.stop());
    const proxy = await startRecordingProxy({ socketPath: path.join(dir, 'p.socket'), upstream: lab.socketPath });
    const rows = await Rows.connect(fleet.database.url());
    opened.add(() => rows.close());
    const token = await fleet.enrolmentToken({ lab: suite });
    const device = { dir, serial: SERIAL, snapd: proxy.socketPath, bootIdFile: lab.bootIdFile };
    const agent = new AgentUnderTest(agentEnvironment(fleet, token, device, options));
    const stand = new Stand(dir, fleet, lab, proxy, snaps, agent, rows, new SnapdReader(lab.socketPath), opened);
    opened.add(() => stand.proxy.close());
    opened.add(() => agent.stop());
    await agent.start();
    await stand.findDevice();
    return stand;
  }

  /** Stops all in the reverse order of its start. */
  stop(): Promise<void> {
    return this.opened.closeAll();
  }

  device(): Promise<DeviceView> {
    return this.fleet.api.get(`/v1/devices/${this.deviceId}`);
  }

  command(id: string): Promise<CommandDetail> {
    return this.fleet.api.get(`/v1/commands/${id}`);
  }

  /** Orders an operation from the API, as a person would. @returns the command's id */
  async issue(operation: string, parameters: object, options: CommandOptions = {}): Promise<string> {
    const asked = { deviceIds: [this.deviceId], operation, parameters, ...options };
    const { commands } = await this.fleet.api.post<IssuedCommands>('/v1/commands', asked);
    return commands[0]?.id ?? '';
  }

  /** Watches a command through the API until it has come so far. */
  reaches(id: string, so: (command: CommandDetail) => boolean, what: string): Promise<CommandDetail> {
    const look = async (): Promise<CommandDetail | undefined> => {
      const command = await this.command(id);
      if (command.finishedAt !== null && !so(command))
        throw new Error(`command ${command.operation} is ${command.status}: ${command.message ?? ''}`);
      return so(command) ? command : undefined;
    };
    return eventually(look, { what: `${what}\n${this.agent.log}`, timeoutMs: COMMAND_TIMEOUT_MS, everyMs: 100 });
  }

  end(id: string): Promise<CommandDetail> {
    return this.reaches(id, ({ finishedAt }) => finishedAt !== null, `command ${id} to end`);
  }

  /** Orders an operation and watches it to its end. */
  async run(operation: string, parameters: object, options?: CommandOptions): Promise<Ended> {
    const seen = this.proxy.requests.length;
    const command = await this.end(await this.issue(operation, parameters, options));
    return { command, posts: this.proxy.requests.slice(seen) };
  }

  /** Uploads a snap file. @returns the parameters of its sideload */
  async uploaded(path: string): Promise<{ files: [ArtifactReference] }> {
    const { sha256, size, name } = await this.fleet.api.upload<ArtifactView>(path);
    return { files: [{ sha256, size, name }] };
  }

  /** Orders a snap file to be installed, uploaded before. */
  async sideload(path: string): Promise<Ended> {
    return this.run('sideload', await this.uploaded(path));
  }

  /** Installs the lab's snaps, one after the other. */
  async install(...names: (keyof LabSnaps)[]): Promise<void> {
    for (const name of names) {
      const { command } = await this.sideload(this.snaps[name]);
      expect(command).toMatchObject({ status: 'succeeded' });
    }
  }

  private async findDevice(): Promise<void> {
    const { items } = await this.fleet.api.get<DevicePage>(`/v1/devices?filter=serial=${SERIAL}`);
    expect(items).toMatchObject([{ online: true, snapdState: 'reachable' }]);
    this.deviceId = items[0]?.id ?? '';
    this.enrolmentId = items[0]?.enrolmentId ?? '';
  }
}

/** What the agent of a device is told by its environment. */
export function agentEnvironment(
  fleet: Fleet,
  token: string,
  device: { dir: string; serial: string; snapd: string; bootIdFile: string },
  { snapdTimeoutMs = SNAPD_TIMEOUT_MS }: StandOptions = {},
): Record<string, string> {
  return {
    COREFLEET_SERVER: fleet.api.url,
    COREFLEET_ENROLMENT_TOKEN: token,
    COREFLEET_STATE_DIR: path.join(device.dir, `state-${device.serial}`),
    COREFLEET_SNAPD_SOCKET: device.snapd,
    COREFLEET_SNAPD_TIMEOUT_MS: String(snapdTimeoutMs),
    COREFLEET_BOOT_ID_FILE: device.bootIdFile,
    COREFLEET_BRAND: 'lab',
    COREFLEET_MODEL: 'lab-classic',
    COREFLEET_SERIAL: device.serial,
  };
}
