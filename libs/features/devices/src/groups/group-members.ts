import type { Transaction } from '@corefleet/platform/database';
import { InvalidRequestError } from '@corefleet/platform/errors';

const NAMED_MOST = 5;

/** @throws InvalidRequestError naming the ids of which there is no device */
export async function requireDevices(tx: Transaction, act: string, deviceIds: readonly string[]): Promise<void> {
  const found = await tx.device.findMany({ where: { id: { in: [...deviceIds] } }, select: { id: true } });
  const known = new Set(found.map(({ id }) => id));
  const unknown = deviceIds.filter((id) => !known.has(id));
  if (unknown.length === 0) return;
  const more = unknown.length > NAMED_MOST ? ` and ${unknown.length - NAMED_MOST} more` : '';
  const message = `there is no device ${unknown.slice(0, NAMED_MOST).join(', ')}${more}`;
  throw new InvalidRequestError(`cannot ${act}: ${message}`, [{ field: 'deviceIds', message }]);
}

/** Adding again changes nothing. */
export async function addMembers(tx: Transaction, groupId: string, deviceIds: readonly string[]): Promise<void> {
  const data = deviceIds.map((deviceId) => ({ groupId, deviceId }));
  await tx.deviceGroupMember.createMany({ data, skipDuplicates: true });
}

/** Removing again changes nothing. */
export async function removeMembers(tx: Transaction, groupId: string, deviceIds: readonly string[]): Promise<void> {
  await tx.deviceGroupMember.deleteMany({ where: { groupId, deviceId: { in: [...deviceIds] } } });
}
