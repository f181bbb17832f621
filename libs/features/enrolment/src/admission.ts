import { Injectable } from '@nestjs/common';
import type { EnrolRequest } from '@corefleet/contracts/device-protocol';
import { AuditService } from '@corefleet/features/audit';
import { acceptedCommands, closeRetiredCommands } from '@corefleet/features/commands';
import { operations } from '@corefleet/operations';
import { Clock, Ids } from '@corefleet/platform/clock';
import type { Prisma, Transaction } from '@corefleet/platform/database';
import { EnrolmentTokensService, type TokenRow } from './enrolment-tokens.service';
import { DeviceKnownError } from './enrolment.errors';
import { expectationOf, type Expectation } from './expectation';

/** A key that was let in. */
export interface Admitted {
  /** Of the enrolment. */
  readonly id: string;
  readonly deviceId: string;
  /** The enrolment whose place it took, and ids of the commands that ended with it. */
  readonly replaced?: { readonly enrolmentId: string; readonly commandIds: readonly string[] };
}

type LockedDevice = Prisma.DeviceGetPayload<object>;

interface Incumbent {
  readonly enrolmentId: string;
  readonly expectation: Expectation;
}

const ERASING = operations.filter(({ erasesAgent }) => erasesAgent).map(({ name }) => name);

/** Lets a new key in: as a device never seen, as one that was let go, or in the place of the key that it had. */
@Injectable()
export class Admission {
  constructor(
    private readonly tokens: EnrolmentTokensService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /**
   * Makes the enrolment. Of two keys that claim the device at once, the second waits for the first and finds it taken.
   * @throws DeviceKnownError, EnrolmentTokenRefusedError
   */
  async admit(tx: Transaction, request: EnrolRequest, token: TokenRow, source: string): Promise<Admitted> {
    const device = await this.lockDevice(tx, request, token);
    // What is wrong with the token comes first: who has no good one learns nothing of devices.
    if (device.enrolmentId && (await letInBefore(tx, token, device.id))) this.tokens.refuseRevoked(token);
    else await this.tokens.takeUse(tx, token);
    const incumbent = await this.incumbent(tx, device);
    const replaced = incumbent && (await this.retire(tx, incumbent));
    const id = this.ids.uuid();
    await tx.enrolment.create({
      data: { id, deviceId: device.id, publicKey: request.publicKey, status: 'active', tokenId: token.id },
    });
    const data = { enrolmentId: id, reEnrolUntil: null, claimedAt: null };
    await tx.device.update({ where: { id: device.id }, data });
    await this.record(tx, { request, token, source, admitted: { id, deviceId: device.id }, incumbent });
    return { id, deviceId: device.id, ...(replaced && { replaced }) };
  }

  private async lockDevice(tx: Transaction, request: EnrolRequest, token: TokenRow): Promise<LockedDevice> {
    const { brandId, model, serial } = request;
    const made = { id: this.ids.uuid(), brandId, model, serial, labels: token.labels as object };
    await tx.device.createMany({ data: [made], skipDuplicates: true });
    await tx.$queryRaw`SELECT id FROM devices
                        WHERE brand_id = ${brandId} AND model = ${model} AND serial = ${serial} FOR UPDATE`;
    return tx.device.findUniqueOrThrow({ where: { brandId_model_serial: { brandId, model, serial } } });
  }

  /** @throws DeviceKnownError when it has a key, and nobody expects another */
  private async incumbent(tx: Transaction, device: LockedDevice): Promise<Incumbent | undefined> {
    const { serial, enrolmentId } = device;
    if (!enrolmentId) return undefined;
    const orders = await acceptedCommands(tx, enrolmentId, ERASING);
    const expectation = expectationOf(device, orders, this.clock.now());
    if (!expectation) throw new DeviceKnownError(serial);
    return { enrolmentId, expectation };
  }

  private async retire(tx: Transaction, incumbent: Incumbent): Promise<NonNullable<Admitted['replaced']>> {
    const { enrolmentId, expectation } = incumbent;
    const now = this.clock.now();
    await tx.enrolment.update({ where: { id: enrolmentId }, data: { status: 'retired', endedAt: now } });
    const orderedBy = expectation.kind === 'ordered' ? expectation.commandId : undefined;
    return { enrolmentId, commandIds: await closeRetiredCommands(tx, { enrolmentId, orderedBy }, now) };
  }

  private async record(
    tx: Transaction,
    made: {
      request: EnrolRequest;
      token: TokenRow;
      source: string;
      admitted: Admitted;
      incumbent: Incumbent | undefined;
    },
  ): Promise<void> {
    const { request, token, source, admitted, incumbent } = made;
    const { brandId, model, serial, agentVersion } = request;
    await this.audit.record(tx, {
      actor: { kind: 'device', id: admitted.deviceId, name: serial, source },
      action: incumbent ? 'device.re-enrol' : 'device.enrol',
      subject: { kind: 'device', id: admitted.deviceId },
      details: {
        ...{ brandId, model, serial, enrolmentId: admitted.id, token: token.name, agentVersion },
        ...(incumbent && { retired: incumbent.enrolmentId, expectation: { ...incumbent.expectation } }),
      },
    });
  }
}

async function letInBefore(tx: Transaction, token: TokenRow, deviceId: string): Promise<boolean> {
  return (await tx.enrolment.count({ where: { deviceId, tokenId: token.id } })) > 0;
}
