import { Client } from 'pg';
import type { AuditEntryView, CommandDetail, DeviceView, RolloutView } from '@corefleet/contracts/http';
import type { ApiClient, Fleet, Member } from '@corefleet/testing/fleet';
import { eventually } from '@corefleet/testing/processes';

/** A person's way over the road, and an auditor's way into its rows. */
export class Road {
  /** The copy of the API in use. */
  private api: ApiClient;

  private constructor(
    readonly fleet: Fleet,
    private readonly postgres: Client,
  ) {
    this.api = fleet.api;
  }

  static async over(fleet: Fleet): Promise<Road> {
    const postgres = new Client({ connectionString: fleet.database.url() });
    await postgres.connect();
    return new Road(fleet, postgres);
  }

  /** Goes on at another copy of the API. */
  goTo({ url = '' }: Member): void {
    this.api = this.api.at(url);
  }

  async close(): Promise<void> {
    await this.postgres.end();
  }

  async rows<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.postgres.query<Row>(sql, values)).rows;
  }

  /** Waits until the device has joined and is online. */
  online(serial: string): Promise<DeviceView> {
    const online = async (): Promise<DeviceView | false> => {
      const device = await this.device(serial);
      return device?.online === true && device;
    };
    return eventually(online, { timeoutMs: 20_000, what: `device ${serial} to be online` });
  }

  async device(serial: string): Promise<DeviceView | undefined> {
    const filter = encodeURIComponent(`serial=${serial}`);
    return (await this.api.get<{ items: DeviceView[] }>(`/v1/devices?filter=${filter}`)).items[0];
  }

  /** Orders an operation. @returns the command's id */
  order(deviceId: string, operation: string, parameters: object = {}, more: object = {}): Promise<string> {
    return orderAt(this.api, { deviceIds: [deviceId], operation, parameters, ...more });
  }

  /** Waits for the command's terminal state. */
  ended(commandId: string, timeoutMs = 30_000): Promise<CommandDetail> {
    const ended = async (): Promise<CommandDetail> => {
      const command = await this.api.get<CommandDetail>(`/v1/commands/${commandId}`);
      if (command.finishedAt === null) throw new Error(`it is ${command.status}`);
      return command;
    };
    return eventually(ended, { timeoutMs, what: `command ${commandId} to end` });
  }

  async run(deviceId: string, operation: string, parameters: object = {}, more: object = {}): Promise<CommandDetail> {
    return this.ended(await this.order(deviceId, operation, parameters, more));
  }

  rollout(id: string): Promise<RolloutView> {
    return this.api.get<RolloutView>(`/v1/rollouts/${id}`);
  }

  /** Waits until the rollout moves no more. */
  finished(id: string, timeoutMs = 60_000): Promise<RolloutView> {
    const finished = async (): Promise<RolloutView> => {
      const rollout = await this.rollout(id);
      if (rollout.status === 'running') throw new Error(JSON.stringify(rollout.waves));
      return rollout;
    };
    return eventually(finished, { timeoutMs, what: `rollout ${id} to end` });
  }

  async audit(query: string): Promise<AuditEntryView[]> {
    return (await this.api.get<{ items: AuditEntryView[] }>(`/v1/audit?limit=500&${query}`)).items;
  }

  /** Server processes that are not running. */
  down(): Member[] {
    return Object.values(this.fleet.members)
      .flat()
      .filter(({ process }) => !process.isRunning());
  }
}

/** Orders at one copy of the API. @returns the id of the first command */
export async function orderAt(api: ApiClient, asked: object, headers?: Record<string, string>): Promise<string> {
  const { commands } = await api.post<{ commands: { id: string }[] }>('/v1/commands', asked, headers);
  return commands[0]?.id ?? '';
}
