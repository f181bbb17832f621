import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import { Bus, type FleetEvent, type StreamCredit } from '@corefleet/platform/redis';
import { EnrolmentsRepository, type LinkStanding } from './enrolments.repository';
import { GatewayContext } from './gateway-context';
import { LinkRegistry } from './link-registry';
import { Wheel } from './wheel';

const SWEEP_MS = 60_000;

/**
 * Ends links that may not be: of enrolments that were revoked, and of those whose agent has connected elsewhere since.
 * Told by events at once; by a sweep over Postgres every minute where an event was lost.
 * Nudges, and the credit of followed reads, come the same way and are passed on.
 */
@Injectable()
export class LinkGuard {
  private subscriptions: (() => Promise<void>)[] = [];

  constructor(
    private readonly registry: LinkRegistry,
    private readonly enrolments: EnrolmentsRepository,
    private readonly bus: Bus,
    private readonly context: GatewayContext,
    wheel: Wheel,
  ) {
    wheel.every(SWEEP_MS, 'standings', () => this.sweep());
  }

  async start(): Promise<void> {
    this.subscriptions = [
      await this.bus.onEvent('enrolment-revoked', ({ id }) => this.revoked(id)),
      await this.bus.onEvent('link-opened', (event) => this.opened(event)),
      await this.bus.onNudge(this.context.gatewayId, (enrolmentIds) => this.nudge(enrolmentIds)),
      await this.bus.onCredit(this.context.gatewayId, (credit) => this.credit(credit)),
    ];
  }

  async stop(): Promise<void> {
    for (const end of this.subscriptions) await end();
    this.subscriptions = [];
  }

  /** @throws when the database is away */
  async sweep(): Promise<void> {
    const ids = [...this.registry.links()].map(({ enrolmentId }) => enrolmentId);
    const standings = new Map(
      (await this.enrolments.standings(ids)).map((standing) => [standing.enrolmentId, standing]),
    );
    for (const id of ids) this.judge(id, standings.get(id));
  }

  private judge(enrolmentId: string, standing: LinkStanding | undefined): void {
    const link = this.registry.get(enrolmentId);
    if (!link) return;
    if (!standing?.active) link.deliver({ kind: 'cut', reason: 'revoked' });
    else if (link.stamp > 0 && (standing.stamp ?? 0) > link.stamp) link.deliver({ kind: 'cut', reason: 'replaced' });
  }

  private nudge(enrolmentIds: readonly string[]): void {
    for (const id of enrolmentIds) this.registry.get(id)?.deliver({ kind: 'nudged' });
  }

  private credit({ enrolmentId, commandId, upTo, leaseMs }: StreamCredit): void {
    const link = this.registry.get(enrolmentId);
    if (upTo === undefined) link?.deliver({ kind: 'stopped', commandId });
    else link?.deliver({ kind: 'credited', commandId, upTo, leaseMs, nowMs: performance.now() });
  }

  private revoked(enrolmentId: string): void {
    this.registry.get(enrolmentId)?.deliver({ kind: 'cut', reason: 'revoked' });
  }

  private opened({ id, version }: FleetEvent): void {
    const link = this.registry.get(id);
    if (!link) return;
    link.otherStamp = Math.max(link.otherStamp, version);
    if (link.stamp > 0 && link.stamp < version) link.deliver({ kind: 'cut', reason: 'replaced' });
  }
}
