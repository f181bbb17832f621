import { Inject, Injectable } from '@nestjs/common';
import type { EnrolAnswer, EnrolRequest } from '@corefleet/contracts/device-protocol';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { cancelCommands } from '@corefleet/features/commands';
import { Clock, Ids } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { ConflictError, NotFoundError } from '@corefleet/platform/errors';
import { Bus } from '@corefleet/platform/redis';
import { ENROLMENT_OPTIONS, type EnrolmentOptions } from './enrolment-options';
import { EnrolmentTokensService } from './enrolment-tokens.service';
import { DeviceKnownError, KeyUsedError } from './enrolment.errors';

/** Who may be a device of this fleet. Writer of table `enrolments`; makes the rows of `devices`. */
@Injectable()
export class EnrolmentService {
  constructor(
    private readonly database: Database,
    private readonly tokens: EnrolmentTokensService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly bus: Bus,
    @Inject(ENROLMENT_OPTIONS) private readonly options: EnrolmentOptions,
  ) {}

  /**
   * Enrols the key. The same key and token again give the same answer and take no further use,
   * so an agent that never saw the answer asks again.
   * @throws EnrolmentTokenRefusedError, DeviceKnownError, KeyUsedError; ConflictError while no signer has published its key
   */
  async enrol(request: EnrolRequest, source: string): Promise<EnrolAnswer> {
    const signingKeys = await this.signingKeys();
    const enrolment = await this.database.transaction(async (tx) => {
      const token = await this.tokens.find(tx, request.token);
      const known = await tx.enrolment.findUnique({ where: { publicKey: request.publicKey } });
      if (known?.status === 'active' && known.tokenId === token.id) return known;
      if (known) throw new KeyUsedError();
      await this.tokens.takeUse(tx, token);
      return this.admit(tx, request, token, source);
    });
    this.bus.publishEvent({ topic: 'devices', id: enrolment.deviceId, version: Date.now() });
    return {
      deviceId: enrolment.deviceId,
      enrolmentId: enrolment.id,
      gatewayUrl: this.options.gatewayUrl,
      signingKeys,
    };
  }

  /**
   * Ends the device's enrolment, takes back the commands it has not accepted and cuts its link.
   * The device stays visible with its history.
   */
  async revokeDevice(actor: Actor, deviceId: string, remark?: string): Promise<void> {
    const enrolmentId = await this.database.transaction(async (tx) => {
      const device = await tx.device.findUnique({ where: { id: deviceId } });
      if (!device) throw new NotFoundError('device', deviceId);
      if (!device.enrolmentId) return undefined;
      await tx.device.update({ where: { id: deviceId }, data: { enrolmentId: null } });
      const data = { status: 'revoked', endedAt: this.clock.now() };
      await tx.enrolment.update({ where: { id: device.enrolmentId }, data });
      await cancelCommands(tx, { enrolmentId: device.enrolmentId }, 'the device was revoked', this.clock.now());
      const subject = { kind: 'device', id: deviceId };
      await this.audit.record(tx, {
        actor,
        action: 'device.revoke',
        subject,
        ...(remark ? { remark } : {}),
        details: data,
      });
      return device.enrolmentId;
    });
    if (enrolmentId) this.bus.publishEvent({ topic: 'enrolment-revoked', id: enrolmentId, version: Date.now() });
  }

  private async admit(
    tx: Transaction,
    request: EnrolRequest,
    token: { id: string; name: string; labels: unknown },
    source: string,
  ): Promise<{ id: string; deviceId: string }> {
    const identity = { brandId: request.brandId, model: request.model, serial: request.serial };
    const made = { id: this.ids.uuid(), ...identity, labels: token.labels as object };
    await tx.device.createMany({ data: [made], skipDuplicates: true });
    const { id: deviceId } = await tx.device.findUniqueOrThrow({ where: { brandId_model_serial: identity } });
    const id = this.ids.uuid();
    // Of two keys that claim the device at once, the second waits here for the first and then finds it taken.
    const free = { id: deviceId, enrolmentId: null };
    const { count } = await tx.device.updateMany({ where: free, data: { enrolmentId: id } });
    if (count === 0) throw new DeviceKnownError(request.serial);
    await tx.enrolment.create({
      data: { id, deviceId, publicKey: request.publicKey, status: 'active', tokenId: token.id },
    });
    await this.audit.record(tx, {
      actor: { kind: 'device', id: deviceId, name: request.serial, source },
      action: 'device.enrol',
      subject: { kind: 'device', id: deviceId },
      details: { ...identity, enrolmentId: id, token: token.name, agentVersion: request.agentVersion },
    });
    return { id, deviceId };
  }

  private async signingKeys(): Promise<EnrolAnswer['signingKeys']> {
    const keys = await this.database.prisma.signingKey.findMany({ where: { retiredAt: null } });
    if (keys.length === 0)
      throw new ConflictError('cannot enrol: the signer has not published its key yet, start it first');
    return keys.map(({ id, publicKey }) => ({ keyId: id, publicKey }));
  }
}
