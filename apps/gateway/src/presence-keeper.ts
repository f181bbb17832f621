import { Injectable } from '@nestjs/common';
import { Presence } from '@corefleet/platform/redis';
import { GatewayContext } from './gateway-context';
import { LinkRegistry } from './link-registry';
import { Wheel } from './wheel';

const RENEW_MS = (Presence.EXPIRY_SECONDS * 1_000) / 3;
/** An emptied Redis routes no nudge: it is found out so soon. */
const CHECK_MS = 1_000;
const AT_ONCE = 1_000;

/** Says in Redis which links this gateway holds, many at once. A hint: what goes wrong here is made good by the next renewal. */
@Injectable()
export class PresenceKeeper {
  private joining = new Set<string>();
  private leaving = new Set<string>();

  constructor(
    private readonly presence: Presence,
    private readonly registry: LinkRegistry,
    private readonly context: GatewayContext,
    wheel: Wheel,
  ) {
    wheel.every(RENEW_MS, 'presence', () => this.renew());
    wheel.every(CHECK_MS, 'presence check', () => this.check());
  }

  hold(enrolmentId: string): void {
    this.leaving.delete(enrolmentId);
    if (this.joining.size === 0) setImmediate(() => void this.holdJoining());
    this.joining.add(enrolmentId);
  }

  release(enrolmentId: string): void {
    this.joining.delete(enrolmentId);
    if (this.leaving.size === 0) setImmediate(() => void this.releaseLeaving());
    this.leaving.add(enrolmentId);
  }

  private async releaseLeaving(): Promise<void> {
    const ids = [...this.leaving];
    this.leaving = new Set();
    const portions: string[][] = [];
    for (let at = 0; at < ids.length; at += AT_ONCE) portions.push(ids.slice(at, at + AT_ONCE));
    try {
      // All sent in this turn: a link that comes back meanwhile is held after it was released.
      await Promise.all(portions.map((portion) => this.presence.release(this.context.gatewayId, portion)));
    } catch (error) {
      this.context.logger.debug({ error, links: ids.length }, 'Presence not released, it expires');
    }
  }

  private async holdJoining(): Promise<void> {
    const ids = [...this.joining];
    this.joining = new Set();
    try {
      await this.presence.hold(this.context.gatewayId, ids);
    } catch (error) {
      this.context.logger.warn({ error, links: ids.length }, 'Presence not held, the next renewal does');
    }
  }

  private async check(): Promise<void> {
    if (this.registry.size > 0 && !(await this.presence.knows(this.context.gatewayId))) await this.renew();
  }

  private async renew(): Promise<void> {
    const ids: string[] = [];
    for (const link of this.registry.links()) if (link.session.phase === 'joined') ids.push(link.enrolmentId);
    for (let at = 0; at < ids.length; at += AT_ONCE)
      await this.presence.hold(this.context.gatewayId, ids.slice(at, at + AT_ONCE));
  }
}
