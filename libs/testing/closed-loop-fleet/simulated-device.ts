import { createHash, verify, type KeyObject } from 'node:crypto';
import {
  canonicalJson,
  commandSigningText,
  Envelope,
  type CommandReport,
  type Fact,
  type FactName,
  type SignedCommand,
} from '@corefleet/contracts/device-protocol';
import { findOperation, type OperationContext, type PreparedOperation } from '@corefleet/operations';
import {
  SnapdAnswerTooLargeError,
  SnapdClient,
  SnapdTimeoutError,
  SnapdUnreachableError,
} from '@corefleet/snapd-client';
import type { SimulatedSnapd, TransportErrors } from '@corefleet/snapd-simulator';
import type { Activity } from './activity';
import type { Enrolled, FleetDevice, Said } from './fleet-device';
import type { FleetTime } from './fleet-time';
import { RecordedRequests } from './recorded-requests';
import { runOperation } from './run-operation';

const clientErrors: TransportErrors = {
  unreachable: (request, reason, mayHave) => new SnapdUnreachableError(request, reason, mayHave),
  timeout: (request, timeoutMs, mayHave) => new SnapdTimeoutError(request, timeoutMs, mayHave),
  tooLarge: (request, maxBytes) => new SnapdAnswerTooLargeError(request, maxBytes),
};

const FACTS: Partial<Record<FactName, (client: SnapdClient) => Promise<unknown>>> = {
  'system-info': (client) => client.systemInfo.get(),
  snaps: (client) => client.snaps.list({ select: 'all' }),
  'validation-sets': (client) => client.validationSets.list(),
  systems: (client) => client.systems.list(),
  model: (client) => client.model.json(),
};

/** What a device of the fleet is made of. */
export interface SimulatedDeviceOptions extends Enrolled {
  readonly snapd: SimulatedSnapd;
  readonly time: FleetTime;
  readonly activity: Activity;
  /** serial.model.brand-id */
  readonly address: string;
  readonly signer: KeyObject;
  /** What it says its time zone is. */
  readonly timeZone?: string | undefined;
}

/**
 * A simulated snapd with what stands for its agent: it checks each command as an agent does, runs it through the catalogue,
 * one at a time, and says how it went. It never dies and keeps no journal.
 */
export class SimulatedDevice implements FleetDevice {
  readonly deviceId: string;
  readonly enrolmentId: string;
  readonly serial: string;
  readonly snapd: SimulatedSnapd;
  readonly client: SnapdClient;
  readonly asked: RecordedRequests;
  onlineSinceMs: number;
  lastSequence = 0;
  /** While set it takes commands and says `accepted`; what it would say after is kept until it is not set any more. */
  silent = false;
  private here = true;
  private number = 0;
  private unsaid: Said[] = [];
  private withheld: CommandReport[] = [];
  private readonly digests = new Map<string, string>();
  private queue: Promise<void> = Promise.resolve();

  constructor(private readonly options: SimulatedDeviceOptions) {
    const { deviceId, enrolmentId, serial, snapd, time } = options;
    [this.deviceId, this.enrolmentId, this.serial, this.snapd] = [deviceId, enrolmentId, serial, snapd];
    this.asked = new RecordedRequests(snapd.transport({ errors: clientErrors }));
    this.client = new SnapdClient(this.asked);
    this.onlineSinceMs = time.now().getTime();
  }

  get online(): boolean {
    return this.here;
  }

  get bootId(): string {
    return this.snapd.bootId();
  }

  goOffline(): void {
    this.here = false;
  }

  comeBack(): void {
    this.here = true;
    this.onlineSinceMs = this.options.time.now().getTime();
  }

  /** Ends the silence: what was withheld is said now. */
  speak(): void {
    this.silent = false;
    for (const report of this.withheld.splice(0)) this.say(report);
  }

  take(commands: readonly SignedCommand[]): void {
    for (const command of commands) this.accept(command);
  }

  said(): Said[] {
    return this.unsaid.splice(0);
  }

  /** Reads what it shows of itself, and says what is another than before. */
  async tellFacts(): Promise<void> {
    for (const [name, read] of Object.entries(FACTS) as [FactName, (client: SnapdClient) => Promise<unknown>][]) {
      const value = await read(this.client);
      const digest = createHash('sha256').update(canonicalJson(value)).digest('base64url');
      this.tellIfNew({ name, digest, value });
    }
    const { timeZone } = this.options;
    if (timeZone !== undefined) this.tellIfNew({ name: 'host', digest: timeZone, value: { timeZone } });
  }

  private tellIfNew(fact: Fact): void {
    if (this.digests.get(fact.name) === fact.digest) return;
    this.digests.set(fact.name, fact.digest);
    this.tell(fact);
  }

  private accept(command: SignedCommand): void {
    const { signer, time, activity } = this.options;
    const text = commandSigningText(command.envelope);
    if (!verify(null, Buffer.from(text), signer, Buffer.from(command.signature, 'base64url')))
      throw new Error(`cannot trust a command handed to ${this.serial}: its signature is not the signer's`);
    const envelope = Envelope.parse(JSON.parse(command.envelope));
    const refusal = this.refusalOf(envelope);
    if (refusal) throw new Error(`cannot take command ${envelope['message-id']}: ${refusal}`);
    this.lastSequence = envelope.sequence;
    const said = { commandId: envelope['message-id'], changeIds: [] };
    const preparation = findOperation(envelope['message-kind'])?.prepare(envelope.body);
    if (preparation?.kind !== 'prepared') {
      this.say({ ...said, state: 'rejected', cause: 'bad-parameters', message: JSON.stringify(preparation) });
      return;
    }
    this.say({ ...said, state: 'accepted' });
    const deadlineMs = time.now().getTime() + envelope['deadline-seconds'] * 1000;
    this.queue = this.queue.then(() =>
      activity.during(() => this.run(said.commandId, preparation.operation, deadlineMs)),
    );
  }

  /** What no gateway would hand out, or no signer sign, is a fault of the server and not a case of the story. */
  private refusalOf(envelope: Envelope): string | undefined {
    const { enrolmentId, address, time } = this.options;
    if (envelope['enrolment-id'] !== enrolmentId || envelope.device !== address) return 'it is for another device';
    if (envelope.sequence <= this.lastSequence)
      return `sequence ${envelope.sequence} is not above ${this.lastSequence}`;
    if (Date.parse(envelope['valid-until']) <= time.now().getTime()) return 'it has expired';
    return undefined;
  }

  private async run(commandId: string, operation: PreparedOperation, deadlineMs: number): Promise<void> {
    const { time, activity } = this.options;
    this.asked.commandId = commandId;
    const end = await runOperation(
      {
        client: this.client,
        context: this.context,
        say: (state, changeIds) => this.hold({ commandId, state, changeIds: [...changeIds] }),
        sleep: (ms) => activity.apart(() => time.sleep(ms)),
        isLate: () => time.now().getTime() >= deadlineMs,
      },
      operation,
    );
    this.asked.commandId = undefined;
    this.hold({ commandId, ...end });
    await this.tellFacts();
  }

  private readonly context: OperationContext = {
    readBootId: () => Promise.resolve(this.bootId),
    fetchArtifact: ({ name }) =>
      Promise.reject(new Error(`cannot fetch "${name}": a closed-loop device has no server`)),
    storeArtifact: (name) => Promise.reject(new Error(`cannot store "${name}": a closed-loop device has no server`)),
  };

  private hold(report: CommandReport): void {
    if (this.silent) this.withheld.push(report);
    else this.say(report);
  }

  private say(report: CommandReport): void {
    this.unsaid.push({ number: (this.number += 1), kind: 'command', report });
  }

  private tell(fact: Fact): void {
    this.unsaid.push({ number: (this.number += 1), kind: 'fact', fact });
  }
}
