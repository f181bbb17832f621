import type { Database } from '@corefleet/platform/database';

/** People besides this one who may approve what somebody orders: role operator or admin, and not disabled. */
export async function countApprovers(database: Database, exceptUserId: string): Promise<number> {
  return database.prisma.user.count({
    where: { role: { in: ['operator', 'admin'] }, disabledAt: null, id: { not: exceptUserId } },
  });
}
