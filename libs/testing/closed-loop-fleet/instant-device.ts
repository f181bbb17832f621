import { Envelope, type SignedCommand } from '@corefleet/contracts/device-protocol';
import type { Enrolled, FleetDevice, Said } from './fleet-device';

/**
 * A device without a snapd: it answers each command with success at once, unread. It costs next to nothing, so that what a
 * hundred thousand of them cost is the server's.
 */
export class InstantDevice implements FleetDevice {
  readonly deviceId: string;
  readonly enrolmentId: string;
  readonly serial: string;
  readonly online = true;
  readonly bootId = 'instant';
  lastSequence = 0;
  private number = 0;
  private unsaid: Said[] = [];

  constructor(
    { deviceId, enrolmentId, serial }: Enrolled,
    readonly onlineSinceMs: number,
  ) {
    this.deviceId = deviceId;
    this.enrolmentId = enrolmentId;
    this.serial = serial;
  }

  take(commands: readonly SignedCommand[]): void {
    for (const { envelope } of commands) {
      const { 'message-id': commandId, sequence } = Envelope.parse(JSON.parse(envelope));
      this.lastSequence = sequence;
      for (const state of ['accepted', 'succeeded'] as const)
        this.unsaid.push({ number: (this.number += 1), kind: 'command', report: { commandId, state, changeIds: [] } });
    }
  }

  said(): Said[] {
    return this.unsaid.splice(0);
  }
}
