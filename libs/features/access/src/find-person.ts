import type { Database } from '@corefleet/platform/database';
import { parseRole, type Role } from './role';

/** A person in whose name something is done later. @returns undefined when there is no such user, or it is disabled */
export async function findPerson(
  database: Database,
  userId: string,
): Promise<{ readonly name: string; readonly role: Role } | undefined> {
  const user = await database.prisma.user.findUnique({ where: { id: userId } });
  if (!user || user.disabledAt) return undefined;
  return { name: user.username, role: parseRole(user.role) };
}
