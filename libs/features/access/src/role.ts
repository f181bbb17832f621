/** What a person may do, each including the one before: look; prove the audit; command devices; manage people, tokens and trust. */
export const ROLES = ['viewer', 'auditor', 'operator', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** @returns whether someone with role `held` may do what asks for `required` */
export function covers(held: Role, required: Role): boolean {
  return ROLES.indexOf(held) >= ROLES.indexOf(required);
}

/** @throws Error for a text that is no role: the row was not written by us */
export function parseRole(text: string): Role {
  const role = ROLES.find((known) => known === text);
  if (role === undefined) throw new Error(`cannot read role "${text}"`);
  return role;
}
