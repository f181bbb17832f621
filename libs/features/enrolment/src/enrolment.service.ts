import { Inject, Injectable } from '@nestjs/common';
import type { EnrolAnswer, EnrolRequest } from '@corefleet/contracts/device-protocol';
import { AuditService, type Actor } from '@corefleet/features/audit';
import { cancelCommands } from '@corefleet/features/commands';
import { Clock } from '@corefleet/platform/clock';
import { Database, type Transaction } from '@corefleet/platform/database';
import { ConflictError, NotFoundError } from '@corefleet/platform/errors';
import { Bus } from '@corefleet/platform/redis';
import { Admission, type Admitted } from './admission';
import { ENROLMENT_OPTIONS, type EnrolmentOptions } from './enrolment-options';
import { EnrolmentTokensService } from './enrolment-tokens.service';
import { DeviceKnownError, KeyUsedError } from './enrolment.errors';

/** Who may be a device of this fleet. Writer of table `enrolments`; makes the rows of `devices`. */
@Injectable()
export class EnrolmentService {
  constructor(
    private readonly database: Database,
    private readonly tokens: EnrolmentTokensService,
    private readonly admission: Admission,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly bus: Bus,
    @Inject(ENROLMENT_OPTIONS) private readonly options: EnrolmentOptions,
  ) {}

  /**
   * Enrols the key. The same key and token again give the same answer and take no further use,
   * so an agent that never saw the answer asks again. A new key of a device that has one takes its place only when it is
   * expected: see `expectationOf`.
   * @throws EnrolmentTokenRefusedError, DeviceKnownError, KeyUsedError; ConflictError while no signer has published its key
   */
  async enrol(request: EnrolRequest, source: string): Promise<EnrolAnswer> {
    const signingKeys = await this.signingKeys();
    const { id, deviceId, replaced } = await this.enrolled(request, source);
    this.announce(deviceId, replaced);
    return { deviceId, enrolmentId: id, gatewayUrl: this.options.gatewayUrl, signingKeys };
  }

  /**
   * Lets the device come with another key once, until `forSeconds` have passed: its key was lost, and nobody ordered that.
   * The enrolment it has goes on working until then.
   * @throws NotFoundError; ConflictError for a device without an enrolment, which needs no permission
   */
  async allowReEnrolment(actor: Actor, deviceId: string, forSeconds: number, remark: string): Promise<void> {
    const until = new Date(this.clock.now().getTime() + forSeconds * 1000);
    await this.database.transaction(async (tx) => {
      const device = await lockedDevice(tx, deviceId);
      if (!device.enrolmentId)
        throw new ConflictError(
          `cannot allow device "${deviceId}" to enrol anew: it has no enrolment, any key may take it`,
        );
      await tx.device.update({ where: { id: deviceId }, data: { reEnrolUntil: until } });
      const subject = { kind: 'device', id: deviceId };
      const details = { until };
      await this.audit.record(tx, { actor, action: 'device.allow-re-enrolment', subject, remark, details });
    });
    this.announce(deviceId);
  }

  /**
   * Ends the device's enrolment, takes back the commands it has not accepted and cuts its link.
   * The device stays visible with its history. A key that is just taking the place of the device's own is revoked too, or
   * finds the device without an enrolment.
   */
  async revokeDevice(actor: Actor, deviceId: string, remark?: string): Promise<void> {
    const enrolmentId = await this.database.transaction(async (tx) => {
      const device = await lockedDevice(tx, deviceId);
      if (!device.enrolmentId) return undefined;
      await tx.device.update({ where: { id: deviceId }, data: { enrolmentId: null, reEnrolUntil: null } });
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

  private async enrolled(request: EnrolRequest, source: string): Promise<Admitted> {
    try {
      return await this.database.transaction(async (tx) => {
        const token = await this.tokens.find(tx, request.token);
        const known = await tx.enrolment.findUnique({ where: { publicKey: request.publicKey } });
        if (known?.status === 'active' && known.tokenId === token.id) return known;
        if (known) throw new KeyUsedError();
        return this.admission.admit(tx, request, token, source);
      });
    } catch (error) {
      if (error instanceof DeviceKnownError) await this.noteClaim(request);
      throw error;
    }
  }

  /** For the person it waits for: not in the transaction that was refused. */
  private async noteClaim({ brandId, model, serial }: EnrolRequest): Promise<void> {
    const where = { brandId_model_serial: { brandId, model, serial } };
    const { id } = await this.database.prisma.device.update({ where, data: { claimedAt: this.clock.now() } });
    this.announce(id);
  }

  private announce(deviceId: string, replaced?: Admitted['replaced']): void {
    const version = Date.now();
    this.bus.publishEvent({ topic: 'devices', id: deviceId, version });
    if (!replaced) return;
    this.bus.publishEvent({ topic: 'enrolment-revoked', id: replaced.enrolmentId, version });
    this.bus.publishEvents(replaced.commandIds.map((id) => ({ topic: 'commands', id, version })));
  }

  private async signingKeys(): Promise<EnrolAnswer['signingKeys']> {
    const keys = await this.database.prisma.signingKey.findMany({ where: { retiredAt: null } });
    if (keys.length === 0)
      throw new ConflictError('cannot enrol: the signer has not published its key yet, start it first');
    return keys.map(({ id, publicKey }) => ({ keyId: id, publicKey }));
  }
}

/** Until the transaction ends, no other key takes the device's place. @throws NotFoundError */
async function lockedDevice(tx: Transaction, id: string): Promise<{ enrolmentId: string | null }> {
  await tx.$queryRaw`SELECT id FROM devices WHERE id = ${id}::uuid FOR UPDATE`;
  const device = await tx.device.findUnique({ where: { id }, select: { enrolmentId: true } });
  if (!device) throw new NotFoundError('device', id);
  return device;
}
