import { Injectable } from '@nestjs/common';
import { Bus, Presence } from '@corefleet/platform/redis';

/** Tells gateways which of their devices have commands to pull. Who is offline pulls when it comes back. */
@Injectable()
export class CommandNudges {
  constructor(
    private readonly bus: Bus,
    private readonly presence: Presence,
  ) {}

  async send(enrolmentIds: readonly string[]): Promise<void> {
    const byGateway = new Map<string, string[]>();
    for (const [enrolmentId, gatewayId] of await this.presence.gateways(enrolmentIds)) {
      byGateway.set(gatewayId, [...(byGateway.get(gatewayId) ?? []), enrolmentId]);
    }
    for (const [gatewayId, ids] of byGateway) this.bus.publishNudge(gatewayId, ids);
  }
}
