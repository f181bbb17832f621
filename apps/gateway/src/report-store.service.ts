import { Injectable } from '@nestjs/common';
import type { ReportItem } from '@corefleet/contracts/device-protocol';
import { ChangesIngest, storableJson, storeHalving, type Received, type Unstorable } from '@corefleet/features/changes';
import { CommandReportsIngest } from '@corefleet/features/commands';
import { InventoryIngest } from '@corefleet/features/inventory';
import { Clock } from '@corefleet/platform/clock';
import { Bus } from '@corefleet/platform/redis';
import { EventOutbox } from './event-outbox';
import { GatewayContext } from './gateway-context';
import type { Link } from './link';
import type { PoisonItem } from '@corefleet/device-link';

/** The items of one report frame. */
export interface ReportEntry {
  readonly link: Link;
  readonly items: readonly ReportItem[];
  readonly poison: readonly PoisonItem[];
  /** What it takes of this process's memory, about. */
  readonly bytes: number;
}

type Kind = ReportItem['kind'];
type BodyOf<K extends Kind> = Extract<ReportItem, { kind: K }>['body'];

/** Stores the items of many links together, table by table. */
@Injectable()
export class ReportStore {
  constructor(
    private readonly changes: ChangesIngest,
    private readonly inventory: InventoryIngest,
    private readonly commands: CommandReportsIngest,
    private readonly bus: Bus,
    private readonly clock: Clock,
    private readonly outbox: EventOutbox,
    private readonly context: GatewayContext,
  ) {}

  /**
   * Everything is committed when this resolves; may run again with the same entries.
   * What a device says of a command is stored after what it said of the changes, so that who sees a command ended
   * finds its changes.
   * @returns what was quarantined
   * @throws when the database is away: nothing may be acknowledged then
   */
  async store(entries: readonly ReportEntry[]): Promise<Unstorable[]> {
    const facts = await Promise.all([
      this.changes.storeChanges(bodies(entries, 'change')),
      this.changes.storeNotices(bodies(entries, 'notice')),
      this.inventory.storeFacts(bodies(entries, 'fact'), bodies(entries, 'fact-difference')),
    ]);
    const commands = bodies(entries, 'command');
    const refused = [...poisonOf(entries), ...facts.flat(), ...(await this.storeCommands(commands))];
    await this.changes.storeQuarantined(refused);
    this.announce(entries, commands.length > 0);
    return refused;
  }

  private async storeCommands(reports: readonly Received<BodyOf<'command'>>[]): Promise<Unstorable[]> {
    const items = reports.map((received) => ({ received, ...storableReport(received.body) }));
    const deep = items.filter(({ report }) => report === undefined);
    const refused = await storeHalving(
      items.filter(({ report }) => report !== undefined),
      (batch) =>
        this.commands.insert(batch.flatMap(({ received, report }) => (report ? [{ ...received, report }] : []))),
    );
    const tooDeep = deep.map(({ received }) => ({
      ...received,
      reason: 'cannot store item: it is nested too deeply',
      item: received.body,
    }));
    return [...refused, ...tooDeep];
  }

  private announce(entries: readonly ReportEntry[], withCommands: boolean): void {
    if (withCommands)
      this.bus.publishEvent({
        topic: 'command-reports',
        id: this.context.gatewayId,
        version: this.clock.now().getTime(),
      });
    for (const { link, items } of entries) {
      for (const { kind } of items) {
        if (kind === 'fact' || kind === 'fact-difference') this.outbox.add('facts', link.deviceId);
        else if (kind !== 'command') this.outbox.add('changes', link.deviceId);
      }
    }
  }
}

/** The report itself when Postgres can keep it, a cleaned copy when it cannot, undefined when it is too deep to be written. */
function storableReport(report: BodyOf<'command'>): { report: BodyOf<'command'> | undefined } {
  try {
    const text = JSON.stringify(report);
    const storable = storableJson(report);
    return { report: storable === null || storable === text ? report : (JSON.parse(storable) as BodyOf<'command'>) };
  } catch (error) {
    if (error instanceof RangeError) return { report: undefined };
    throw error;
  }
}

function bodies<K extends Kind>(entries: readonly ReportEntry[], kind: K): Received<BodyOf<K>>[] {
  const found: Received<BodyOf<K>>[] = [];
  for (const { link, items } of entries) {
    const { enrolmentId } = link;
    const { journalEpoch } = link.session;
    for (const item of items) {
      if (item.kind === kind) found.push({ enrolmentId, journalEpoch, number: item.n, body: item.body as BodyOf<K> });
    }
  }
  return found;
}

const poisonOf = (entries: readonly ReportEntry[]): Unstorable[] =>
  entries.flatMap(({ link, poison }) =>
    poison.map(({ n, reason, item }) => ({
      enrolmentId: link.enrolmentId,
      journalEpoch: link.session.journalEpoch,
      number: n,
      reason,
      item,
    })),
  );
