import { randomUUID } from 'node:crypto';
import { InventoryIngest } from '@corefleet/features/inventory';
import { Database } from '@corefleet/platform/database';

/** A device that says what it has, as its agent would. */
export interface ReportingDevice {
  readonly deviceId: string;
  readonly enrolmentId: string;
}

/** Devices of a database, whose facts go the way of the gateway and whose commands end as the worker ends them. */
export class ReportingDevices {
  readonly owner: Database;
  private readonly gateway: Database;
  private readonly ingest: InventoryIngest;
  private number = 0;

  constructor(urls: { url(role?: 'corefleet_gateway'): string }) {
    const connect = (url: string) => new Database({ url, connections: 2, onIdleError: () => undefined });
    [this.owner, this.gateway] = [connect(urls.url()), connect(urls.url('corefleet_gateway'))];
    this.ingest = new InventoryIngest(this.gateway);
  }

  async close(): Promise<void> {
    await Promise.all([this.owner.close(), this.gateway.close()]);
  }

  async aDevice(site: string): Promise<ReportingDevice> {
    const [deviceId, enrolmentId] = [randomUUID(), randomUUID()];
    const identity = { brandId: 'acme', model: 'pc', serial: deviceId, labels: { site } };
    await this.owner.prisma.device.create({ data: { id: deviceId, enrolmentId, ...identity } });
    const enrolment = { id: enrolmentId, deviceId, publicKey: enrolmentId, status: 'active', tokenId: randomUUID() };
    await this.owner.prisma.enrolment.create({ data: enrolment });
    return { deviceId, enrolmentId };
  }

  /** Each named fact, newer than all before. */
  async says({ enrolmentId }: ReportingDevice, facts: Record<string, unknown>): Promise<void> {
    const items = Object.entries(facts).map(([name, value]) => {
      this.number += 1;
      return { enrolmentId, journalEpoch: 1, number: this.number, body: { name, digest: `${this.number}`, value } };
    });
    const refused = await this.ingest.storeFacts(items as Parameters<InventoryIngest['storeFacts']>[0]);
    if (refused.length > 0) throw new Error(`cannot store facts: ${JSON.stringify(refused)}`);
  }

  /** A validation set without snaps, as its import keeps it. */
  async imported(accountId: string, name: string, sequence: number): Promise<void> {
    const data = { accountId, name, sequence, snaps: [], timestamp: new Date() };
    await this.owner.prisma.validationSet.create({ data });
    const primaryKey = `16/${accountId}/${name}/${sequence}`;
    const statement = { type: 'validation-set', primaryKey, revision: 0, text: '', headers: {}, sha256: '' };
    const how = { source: 'upload', importedBy: 'ann', importedAt: new Date() };
    await this.owner.prisma.assertion.create({ data: { ...statement, ...how } });
  }

  async markedBad(accountId: string, name: string, sequence: number): Promise<void> {
    await this.owner.prisma.validationSet.update({
      where: { accountId_name_sequence: { accountId, name, sequence } },
      data: { badAt: new Date(), badBy: 'ann', badReason: 'bricks' },
    });
  }

  /** A command of ours that made and tested the system, an hour ago. */
  async made({ deviceId, enrolmentId }: ReportingDevice, label: string): Promise<void> {
    const id = randomUUID();
    const parameters = { label, 'test-system': true };
    await this.owner.prisma.command.create({
      data: {
        ...{ id, deviceId, enrolmentId, operation: 'create-recovery-system', parameters, status: 'running' },
        ...{ auditId: 1, requestedBy: 'ann', validUntil: new Date(), deadlineSeconds: 60 },
      },
    });
    const end = { status: 'succeeded', finishedAt: new Date(Date.now() - 3_600_000) };
    await this.owner.prisma.command.update({ where: { id }, data: end });
  }
}

/** Facts of a Core device that enforces acme/base at a sequence, with core24 at a revision and these systems besides `factory`. */
export const runs = (sequence: number, revision: string, ...labels: string[]): Record<string, unknown> => ({
  'system-info': { version: '2.77.1', 'system-mode': 'run', features: { 'seed-refresh': { enabled: false } } },
  model: { headers: { 'brand-id': 'acme', snaps: [{ name: 'core24' }] } },
  snaps: [{ name: 'core24', revision, status: 'active' }],
  'validation-sets': [{ 'account-id': 'acme', name: 'base', mode: 'enforce', sequence, valid: true }],
  systems: [
    { label: 'factory', current: true, 'default-recovery-system': true },
    ...labels.map((label) => ({ label })),
  ],
});
