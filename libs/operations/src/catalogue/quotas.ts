import type { QuotaGroup, SnapdClient } from '@corefleet/snapd-client';
import { canonicalJson } from '@corefleet/contracts/device-protocol';
import * as z from 'zod/mini';
import { quotaGroupName, serviceName, snapName } from '../fields';
import { defineOperation, notVerified, readBefore, verified } from '../operation';
import { isRefusal } from '../refusals';
import { changeOf, nothingToFollow } from '../starting';

const bytes = z.int().check(z.positive());
const count = z.int().check(z.positive());

const constraints = z.strictObject({
  /** Bytes. */
  memory: z.optional(bytes),
  cpu: z.optional(z.strictObject({ count: z.optional(count), percentage: z.optional(count) })),
  'cpu-set': z.optional(z.strictObject({ cpus: z.array(z.int().check(z.nonnegative())) })),
  threads: z.optional(count),
  /** Bytes, and messages in a period of nanoseconds. */
  journal: z.optional(
    z.strictObject({ size: z.optional(bytes), 'rate-count': z.optional(count), 'rate-period': z.optional(count) }),
  ),
});

const Ensure = z.strictObject({
  'group-name': quotaGroupName,
  parent: z.optional(quotaGroupName),
  snaps: z.optional(z.array(snapName).check(z.maxLength(200))),
  services: z.optional(z.array(serviceName).check(z.maxLength(200))),
  constraints: z.optional(constraints),
});

const Remove = z.strictObject({ 'group-name': quotaGroupName });

/** Of a group that was there; null for one that was not. */
const Before = z.nullable(z.record(z.string(), z.unknown()));

/** Makes a quota group, or changes one: snaps and services are added, limits replaced. */
export const ensureQuota = defineOperation<z.infer<typeof Ensure>>({
  name: 'ensure-quota',
  risk: 'disruptive',
  parameters: Ensure,
  since: '2.51',
  undo: {
    by: ['remove-quota'],
    // A limit or a snap cannot be taken out of a group that stays.
    steps: ({ 'group-name': name }, { before }) =>
      before === null ? [{ operation: 'remove-quota', parameters: { 'group-name': name } }] : [],
  },
  idempotent: true,
  expects: 'change',
  observe: (client, { 'group-name': name }) => find(client, name),
  start: async (client, group) => changeOf(await client.quotas.ensure(group)),
  matches: ({ kind, summary }) => kind === 'quota-control' && summary !== 'Remove quota group',
  verify: async (client, group) => {
    const shown = await find(client, group['group-name']);
    if (!shown) return notVerified(`quota group "${group['group-name']}" is not there`, null);
    const problem = problemOf(shown, group);
    return problem ? notVerified(problem, shown) : verified(shown);
  },
});

/** Removes a quota group; its snaps run without limits then. One that is not there is removed already. */
export const removeQuota = defineOperation<z.infer<typeof Remove>>({
  name: 'remove-quota',
  risk: 'disruptive',
  parameters: Remove,
  since: '2.51',
  undo: {
    by: ['ensure-quota'],
    steps: (_parameters, { before }) => {
      const was = readBefore(Before, before);
      return was ? [{ operation: 'ensure-quota', parameters: was }] : [];
    },
  },
  idempotent: true,
  expects: 'change',
  observe: async (client, { 'group-name': name }) => {
    const { current: _current, subgroups: _subgroups, ...group } = (await find(client, name)) ?? {};
    return Object.keys(group).length > 0 ? group : null;
  },
  start: async (client, { 'group-name': name }) => {
    try {
      return changeOf(await client.quotas.remove(name));
    } catch (error) {
      if (isRefusal(error, `cannot remove non-existent quota group "${name}"`)) return nothingToFollow;
      throw error;
    }
  },
  matches: ({ kind, summary }) => kind === 'quota-control' && summary === 'Remove quota group',
  verify: async (client, { 'group-name': name }) => {
    const shown = await find(client, name);
    return shown ? notVerified(`quota group "${name}" is still there`, shown) : verified(null);
  },
});

async function find(client: SnapdClient, name: string): Promise<QuotaGroup | null> {
  return (await client.quotas.list()).find((group) => group['group-name'] === name) ?? null;
}

function problemOf(shown: QuotaGroup, wanted: z.infer<typeof Ensure>): string | undefined {
  const name = wanted['group-name'];
  const missing = [...(wanted.snaps ?? []), ...(wanted.services ?? [])].find(
    (member) => !(shown.snaps?.includes(member) ?? false) && !(shown.services?.includes(member) ?? false),
  );
  if (missing) return `"${missing}" is not in quota group "${name}"`;
  const has: Record<string, unknown> = { ...shown.constraints };
  const differs = Object.entries(wanted.constraints ?? {}).find(([limit, value]) => !isAsWanted(has[limit], value));
  return differs && `limit "${differs[0]}" of quota group "${name}" is not what was set`;
}

/** snapd may show more of a limit than was asked: what was asked has to be in it. */
function isAsWanted(shown: unknown, wanted: unknown): boolean {
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted))
    return canonicalJson(shown ?? null) === canonicalJson(wanted);
  const has = (typeof shown === 'object' ? shown : null) as Record<string, unknown> | null;
  return Object.entries(wanted).every(([member, value]) => isAsWanted(has?.[member], value));
}
