import { randomUUID } from 'node:crypto';
import type { ChangeSnapshot, NoticeSnapshot } from '@corefleet/contracts/device-protocol';
import { Database } from '@corefleet/platform/database';
import type { Received } from '../received';

export const connect = (url: string): Database => new Database({ url, connections: 4, onIdleError: () => undefined });

/** A device and the enrolment it speaks by. */
export interface Enrolled {
  readonly deviceId: string;
  readonly enrolmentId: string;
}

/** A device with a new active enrolment; of a device that is there already, its next one. */
export async function anEnrolment(owner: Database, deviceId: string = randomUUID()): Promise<Enrolled> {
  const enrolmentId = randomUUID();
  await owner.prisma.device.upsert({
    where: { id: deviceId },
    create: { id: deviceId, brandId: 'acme', model: 'pc', serial: deviceId, labels: {}, enrolmentId },
    update: { enrolmentId },
  });
  await owner.prisma.enrolment.create({
    data: { id: enrolmentId, deviceId, publicKey: enrolmentId, status: 'active', tokenId: enrolmentId },
  });
  return { deviceId, enrolmentId };
}

export const SPAWNED = '2026-05-03T10:00:00.000000001Z';

type ChangeBody = ChangeSnapshot['change'];

/** One snapshot of change 1. */
export const aChange = (
  of: Enrolled,
  number: number,
  said: Partial<ChangeBody> = {},
  but: { epoch?: number; commandId?: string } = {},
): Received<ChangeSnapshot> => ({
  enrolmentId: of.enrolmentId,
  journalEpoch: but.epoch ?? 1,
  number,
  body: {
    ...(but.commandId ? { commandId: but.commandId } : {}),
    change: {
      id: '1',
      kind: 'refresh-snap',
      summary: 'Refresh',
      status: 'Doing',
      ready: false,
      'spawn-time': SPAWNED,
      ...said,
    },
  },
});

/** One snapshot of a public notice. */
export const aNotice = (
  of: Enrolled,
  number: number,
  said: Partial<NoticeSnapshot> = {},
): Received<NoticeSnapshot> => ({
  enrolmentId: of.enrolmentId,
  journalEpoch: 1,
  number,
  body: {
    id: '1',
    'user-id': null,
    type: 'change-update',
    key: '1',
    'first-occurred': SPAWNED,
    'last-occurred': SPAWNED,
    'last-repeated': SPAWNED,
    occurrences: 1,
    ...said,
  },
});
