import type { JsonObject } from '../http/request';

/** A quota group as it is kept: names of its members, and its limits as they were given. */
export interface QuotaGroup {
  name: string;
  parent?: string;
  snaps: string[];
  services: string[];
  constraints: JsonObject;
}

/** The quota groups of one device. */
export class Quotas {
  readonly groups = new Map<string, QuotaGroup>();

  /** Names of the groups right below one. */
  below(name: string): string[] {
    return [...this.groups.values()].filter((group) => group.parent === name).map((group) => group.name);
  }
}

/** Why a group's name is none, or undefined. */
export function quotaNameError(name: string): string | undefined {
  const why = nameFault(name);
  return why === undefined ? undefined : `invalid quota group name: ${why}`;
}

function nameFault(name: string): string | undefined {
  if (name === '') return 'must not be empty';
  if (name.length < 2 || name.length > 40) return `must be between 2 and 40 characters long`;
  if (/^[a-z](?:-?[a-z0-9])*$/.test(name)) return undefined;
  return 'contains invalid characters (valid names start with a letter and are otherwise alphanumeric with dashes)';
}

/** A group as GET /v2/quotas shows it; what it uses now is always nothing here. */
export function quotaJson(quotas: Quotas, group: QuotaGroup): Record<string, unknown> {
  const subgroups = quotas.below(group.name);
  const { memory, threads } = group.constraints;
  return {
    'group-name': group.name,
    ...(group.parent !== undefined && { parent: group.parent }),
    ...(subgroups.length > 0 && { subgroups }),
    ...(group.snaps.length > 0 && { snaps: group.snaps }),
    ...(group.services.length > 0 && { services: group.services }),
    constraints: group.constraints,
    current: { ...(memory !== undefined && { memory: 0 }), ...(threads !== undefined && { threads: 0 }) },
  };
}
