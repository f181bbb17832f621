import type { AgentFrame, CommandReport, EnrolAnswer, Host, SignedCommand } from '@corefleet/contracts/device-protocol';
import { SnapdClient, type Change, type SnapdTransport } from '@corefleet/snapd-client';
import { ArtifactStore } from './artifacts/artifact-store';
import { ProvenRequests } from './artifacts/proven-requests';
import { systemClock, type AgentClock } from './clock';
import { Commands } from './commands/commands';
import type { LocalPolicy } from './config/policy';
import { DEFAULT_POLICY } from './config/policy';
import type { DeviceIdentity } from './identity/device-identity';
import type { Identity } from './identity/identity';
import { Journal } from './journal/journal';
import type { JournalStore } from './journal/journal-store';
import { greeting } from './link/greeting';
import { Link } from './link/link';
import { PullControl } from './link/pull-control';
import { SigningKeys } from './link/signing-keys';
import { TrustedTime } from './link/trusted-time';
import { messageOf, silentLogger, type AgentLogger } from './logger';
import { ChangeTracker } from './observer/change-tracker';
import { Facts } from './observer/facts';
import { Notices } from './observer/notices';
import { SnapdWatch } from './observer/snapd-watch';
import { Outbox } from './outbox/outbox';
import { Sender } from './outbox/sender';
import { Follows } from './reads/follows';
import { Reads } from './reads/reads';
import { DEFAULT_TIMINGS, type AgentTimings } from './timings';

/** Everything an agent touches. */
export interface AgentOptions {
  readonly enrolment: EnrolAnswer;
  readonly identity: Identity;
  readonly device: DeviceIdentity;
  readonly snapd: SnapdTransport;
  readonly journal: JournalStore;
  /** The kernel's boot id; undefined where it cannot be read. */
  readBootId(): Promise<string | undefined>;
  /** What no read of snapd says of the device. */
  readHost(): Promise<Host>;
  /** Where fetched files lie for as long as their command is open. Without one, operations that fetch fail. */
  readonly artifactsDirectory?: string;
  readonly policy?: LocalPolicy;
  readonly timings?: Partial<AgentTimings>;
  readonly clock?: AgentClock;
  /** In [0, 1). */
  readonly random?: () => number;
  readonly logger?: AgentLogger;
}

/** The agent of one device: keeps the link, runs what the server orders, tells what snapd shows. */
export class Agent {
  private readonly stopping = new AbortController();
  private running: RunningAgent | undefined;

  constructor(private readonly options: AgentOptions) {}

  /**
   * Runs until `stop`.
   * @throws Error when the journal cannot be read
   */
  async run(): Promise<void> {
    const { journal: store, enrolment, logger = silentLogger } = this.options;
    const journal = await Journal.open(store, enrolment.enrolmentId, logger);
    this.running = new RunningAgent(this.options, journal, this.stopping.signal);
    await this.running.run();
    await journal.close();
  }

  /** Closes the link and leaves what is under way to the next run. `run` resolves soon after. */
  stop(): void {
    this.stopping.abort();
    this.running?.stop();
  }
}

/** An agent whose journal is open. */
class RunningAgent {
  private readonly logger: AgentLogger;
  private readonly clock: AgentClock;
  private readonly timings: AgentTimings;
  private readonly client: SnapdClient;
  private readonly watch: SnapdWatch;
  private readonly time: TrustedTime;
  private readonly keys: SigningKeys;
  private readonly outbox: Outbox;
  private readonly sender: Sender;
  private readonly tracker: ChangeTracker;
  private readonly facts: Facts;
  private readonly artifacts: ArtifactStore;
  private readonly follows: Follows;
  private readonly reads: Reads;
  private readonly commands: Commands;
  private readonly notices: Notices;
  private readonly link: Link;
  private readonly pulls: PullControl;
  private bootId: string | undefined;
  private factsEveryBeats = 1;

  constructor(
    private readonly options: AgentOptions,
    private readonly journal: Journal,
    private readonly signal: AbortSignal,
  ) {
    const { clock = systemClock, random = Math.random, logger = silentLogger, enrolment, policy } = options;
    this.logger = logger;
    this.clock = clock;
    const timings = (this.timings = { ...DEFAULT_TIMINGS, ...options.timings });
    const client = (this.client = new SnapdClient(options.snapd, {
      postTimeoutMs: timings.requestTimeoutMs,
      onAnswer: (notes) => this.facts.warned(notes['warning-timestamp']),
    }));
    const watch = (this.watch = new SnapdWatch((state) => this.snapdChanged(state)));
    this.time = new TrustedTime(clock, journal.state.timeFloorMs);
    this.keys = new SigningKeys(enrolment.signingKeys);
    this.outbox = new Outbox(
      () => journal.nextNumber(),
      () => this.sender.sendSoon(),
      logger,
    );
    this.sender = new Sender(this.outbox, () => this.link, clock, timings.reportGatherMs);
    this.tracker = new ChangeTracker({
      client,
      clock,
      watch,
      logger,
      intervals: timings.poll,
      report: (body) => void this.outbox.add({ kind: 'change', body }),
    });
    this.facts = new Facts({
      client,
      clock,
      watch,
      logger,
      gatherMs: timings.factsGatherMs,
      readHost: () => options.readHost(),
      report: (report, settled) => void this.outbox.add(report, settled),
    });
    const { connectTimeoutMs } = timings;
    const requests = new ProvenRequests({ enrolment, identity: options.identity, connectTimeoutMs, signal });
    this.artifacts = new ArtifactStore(options.artifactsDirectory, requests, logger);
    this.follows = new Follows({ snapd: options.snapd, clock, send: (text) => this.link.send(text) });
    this.reads = new Reads({
      snapd: options.snapd,
      time: this.time,
      clock,
      random,
      artifacts: this.artifacts,
      follows: this.follows,
      logger,
      signal,
      retry: timings.retry,
      readBootId: () => options.readBootId(),
      report: (body) => {
        this.outbox.add({ kind: 'command', body });
        this.sender.send();
      },
    });
    this.commands = new Commands({
      client,
      journal,
      time: this.time,
      clock,
      random,
      tracker: this.tracker,
      artifacts: this.artifacts,
      logger,
      signal,
      requestTimeoutMs: timings.requestTimeoutMs,
      retry: timings.retry,
      settle: timings.settle,
      readBootId: () => options.readBootId(),
      highestChangeId: () => this.notices.highestChangeId(),
      report: (report) => this.reportCommand(report),
      reads: this.reads,
      keys: this.keys,
      enrolmentId: enrolment.enrolmentId,
      device: `${options.device.serial}.${options.device.model}.${options.device.brandId}`,
      policy: policy ?? DEFAULT_POLICY,
      ended: (touches) => {
        this.facts.refresh(touches);
        this.pulls.roomMade();
      },
    });
    this.notices = new Notices({
      client,
      clock,
      random,
      watch,
      logger,
      signal,
      waitMs: timings.noticesWaitMs,
      backOff: timings.noticesBackOff,
      cursor: journal.state.cursor,
      report: (body, settled) => {
        if (!this.outbox.add({ kind: 'notice', body }, settled)) settled();
      },
      changeHinted: (changeId) => this.tracker.hint(changeId),
      readChanges: () => this.readChanges(),
      moveCursor: (cursor) => journal.moveCursor(cursor),
    });
    this.link = this.makeLink(random);
    this.pulls = new PullControl({
      canPull: () => this.link.isLinked && this.time.known && this.commands.openCount < timings.openCommands,
      send: () => this.link.send(JSON.stringify({ type: 'pull', lastSequence: this.commands.lastSequence })),
    });
  }

  async run(): Promise<void> {
    await this.artifacts.clear(new Set(this.journal.state.open.keys()));
    this.bootId = await this.options.readBootId();
    this.commands.resume();
    await Promise.all([this.link.run(), this.notices.run()]);
    await Promise.all([this.commands.idle(), this.reads.idle()]);
  }

  stop(): void {
    this.link.stop();
    this.tracker.stop();
    this.facts.stop();
    this.client.close();
  }

  private makeLink(random: () => number): Link {
    const { clock, logger, timings } = this;
    const { enrolment, identity } = this.options;
    const { linkBackOff: backOff, refusedMs, connectTimeoutMs } = timings;
    return new Link(
      { enrolment, identity, backOff, refusedMs, connectTimeoutMs, clock, random, logger },
      {
        hello: (timeNonce) => this.hello(timeNonce),
        heartbeat: () => this.heartbeat(),
        welcomed: ({ factsEveryBeats, facts }) => this.welcomed(factsEveryBeats, facts),
        beaten: (beat) => this.beaten(beat),
        time: ({ signed }, nonce) => {
          const refusal = this.time.take(signed, this.keys, enrolment.enrolmentId, nonce);
          if (refusal) return logger.error('Refused the time of the signer', { reason: refusal });
          this.journal.appendLazily({ t: 'time', floorMs: this.time.nowMs() });
          this.journal.closeFence(this.time.nowMs());
          this.pulls.pull();
        },
        nudged: () => this.pulls.pull(),
        commands: ({ commands, more }) => void this.takeCommands(commands, more),
        acknowledged: ({ numbers, quarantined }) => {
          for (const { n, reason } of quarantined) logger.error('The server cannot store a report', { n, reason });
          this.outbox.acknowledge(numbers, quarantined);
        },
        credited: (frame) => this.follows.credit(frame),
        stopped: (frame) => this.follows.stop(frame),
        closed: () => {
          this.follows.linkClosed();
          this.pulls.reset();
          this.outbox.unsend();
        },
      },
    );
  }

  private hello(timeNonce: string): Extract<AgentFrame, { type: 'hello' }> {
    return greeting({
      journalId: this.journal.id,
      lastSequence: this.commands.lastSequence,
      ...(this.bootId !== undefined && { bootId: this.bootId }),
      snapdState: this.watch.state,
      timeNonce,
    });
  }

  private heartbeat(): Extract<AgentFrame, { type: 'heartbeat' }> {
    const bootId = this.bootId === undefined ? {} : { bootId: this.bootId };
    return { type: 'heartbeat', ...bootId, snapdState: this.watch.state };
  }

  private welcomed(factsEveryBeats: number, facts: Readonly<Record<string, string>> | undefined): void {
    this.logger.info('Linked', { gateway: this.options.enrolment.gatewayUrl });
    this.factsEveryBeats = Math.max(1, factsEveryBeats);
    this.pulls.pull();
    this.facts.serverHas(facts);
    this.facts.refresh();
    void this.readChangesAgain();
    this.sender.send();
  }

  private beaten(beat: number): void {
    if (beat % this.factsEveryBeats !== 0) return;
    this.facts.refresh();
    // Notices only hint, and a clock that was set back hides them (api_notices.go): now and then all changes are read.
    void this.readChangesAgain();
    // A nudge may be lost: now and then the agent asks by itself.
    this.pulls.reset();
    this.pulls.pull();
    void this.readBootId();
  }

  private async readBootId(): Promise<void> {
    this.bootId = await this.options.readBootId();
  }

  private async takeCommands(commands: readonly SignedCommand[], more: boolean): Promise<void> {
    try {
      await this.commands.receive(commands);
    } catch (error) {
      this.logger.error('Cannot take commands', { error: messageOf(error) });
    }
    this.pulls.answered(more);
  }

  private reportCommand(report: CommandReport): void {
    const { commandId, state } = report;
    const isEnd = ['succeeded', 'failed', 'unknown', 'rejected', 'expired'].includes(state);
    const settled = isEnd ? () => this.journal.appendLazily({ t: 'acked', commandId }) : undefined;
    this.outbox.add({ kind: 'command', body: report }, settled);
  }

  private async readChanges(): Promise<readonly Change[]> {
    const changes = await this.client.changes.list({ select: 'all' });
    this.tracker.takeAll(changes);
    return changes;
  }

  /** For the server that may have missed some: the notices read them all anew when snapd was away. */
  private async readChangesAgain(): Promise<void> {
    try {
      await this.readChanges();
      this.watch.reached();
    } catch (error) {
      this.watch.failed(error);
      this.logger.debug('Cannot read the changes', { error: messageOf(error) });
    }
  }

  private snapdChanged(state: string): void {
    this.logger[state === 'reachable' ? 'info' : 'warn']('snapd is found in another state', { state });
    this.link.send(JSON.stringify(this.heartbeat()));
  }
}
