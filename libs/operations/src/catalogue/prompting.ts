import type { SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { duration, interfaceName, promptingId, snapName, userId } from '../fields';
import { defineOperation, notVerified, readBefore, verified } from '../operation';
import { isRefusalOf } from '../refusals';
import { nothingToFollow } from '../starting';

const verdict = z.enum(['allow', 'deny']);
const lifespans = ['session', 'timespan', 'forever'] as const;
const whose = {
  /** Number of the user it is about; root when absent. */
  'user-id': z.optional(userId),
};
const pathPattern = z.optional(z.string().check(z.minLength(1), z.maxLength(4096)));
const timed = (p: { lifespan: string; duration?: string | undefined }): boolean =>
  (p.lifespan === 'timespan') === (p.duration !== undefined);
const TIMED = 'duration goes with lifespan timespan, and only with it';

const Answer = z
  .strictObject({
    id: promptingId,
    ...whose,
    action: verdict,
    lifespan: z.enum(['single', ...lifespans]),
    duration: z.optional(duration),
    /** As the interface has them: `path-pattern` and `permissions` of home. */
    constraints: z.looseObject({ 'path-pattern': pathPattern, permissions: z.optional(z.array(z.string())) }),
  })
  .check(z.refine(timed, TIMED));

/** Answers what a confined app has asked a user. */
export const answerPrompt = defineOperation<z.infer<typeof Answer>>({
  name: 'answer-prompt',
  risk: 'reversible',
  parameters: Answer,
  since: '2.65',
  idempotent: false,
  expects: 'sync',
  start: async (client, { id, 'user-id': user, ...reply }) => ({
    kind: 'sync',
    result: await client.prompting.reply(id, reply, of(user)),
  }),
  verify: async (client, { id, 'user-id': user }) => {
    const left = (await client.prompting.prompts(of(user))).some((prompt) => prompt.id === id);
    return left ? notVerified(`prompt ${id} is still waiting`, null) : verified(null);
  },
});

const entry = z
  .strictObject({ outcome: verdict, lifespan: z.enum(lifespans), duration: z.optional(duration) })
  .check(z.refine(timed, TIMED));
const permissionName = z.string().check(z.minLength(1), z.maxLength(64));

const Add = z.strictObject({
  ...whose,
  snap: snapName,
  interface: interfaceName,
  constraints: z.looseObject({ 'path-pattern': pathPattern, permissions: z.record(permissionName, entry) }),
});

const Rule = z.object({ id: z.string() });

/** Adds a standing answer for a user's apps. */
export const addPromptingRule = defineOperation<z.infer<typeof Add>>({
  name: 'add-prompting-rule',
  risk: 'reversible',
  parameters: Add,
  since: '2.65',
  undo: {
    by: ['remove-prompting-rule'],
    steps: ({ 'user-id': user }, { result }) => {
      const rule = readBefore(Rule, result);
      return rule ? [{ operation: 'remove-prompting-rule', parameters: { id: rule.id, 'user-id': user } }] : [];
    },
  },
  idempotent: false,
  expects: 'sync',
  start: async (client, { 'user-id': user, ...rule }) => ({
    kind: 'sync',
    result: await client.prompting.addRule(rule, of(user)),
  }),
  verify: async (client, { 'user-id': user, snap, interface: name }, { started }) => {
    const added = started.kind === 'sync' ? readBefore(Rule, started.result) : undefined;
    const rules = await client.prompting.rules({ ...of(user), snap, interface: name });
    const found = rules.find((rule) => rule.id === added?.id);
    return found ? verified(found) : notVerified('the rule is not there', rules);
  },
});

const Patch = z.strictObject({
  id: promptingId,
  ...whose,
  constraints: z.looseObject({
    'path-pattern': pathPattern,
    /** Null takes a permission out; one that is left out stays. */
    permissions: z.optional(z.record(permissionName, z.nullable(entry))),
  }),
});

/** Changes a rule. */
export const patchPromptingRule = defineOperation<z.infer<typeof Patch>>({
  name: 'patch-prompting-rule',
  risk: 'reversible',
  parameters: Patch,
  since: '2.65',
  idempotent: true,
  expects: 'sync',
  start: async (client, { id, 'user-id': user, constraints }) => ({
    kind: 'sync',
    result: await client.prompting.patchRule(id, { constraints }, of(user)),
  }),
  verify: async (client, { id, 'user-id': user, constraints }) => {
    const rule = await client.prompting.rule(id, of(user));
    const shown = rule.constraints?.permissions ?? {};
    const wrong = Object.entries(constraints.permissions ?? {}).find(
      ([permission, wanted]) => shown[permission]?.outcome !== wanted?.outcome,
    );
    if (wrong) return notVerified(`permission "${wrong[0]}" of rule ${id} is not what was set`, rule);
    const pattern = constraints['path-pattern'];
    return pattern !== undefined && rule.constraints?.['path-pattern'] !== pattern
      ? notVerified(`rule ${id} is not about ${pattern}`, rule)
      : verified(rule);
  },
});

const Remove = z
  .strictObject({
    id: z.optional(promptingId),
    /** Every rule of this snap, this interface or both. */
    snap: z.optional(snapName),
    interface: z.optional(interfaceName),
    ...whose,
  })
  .check(
    z.refine(
      (p) => (p.id === undefined) === ((p.snap ?? p.interface) !== undefined),
      'expected id, or snap and interface',
    ),
  );

/** Removes a rule, or every rule of a snap or interface. */
export const removePromptingRule = defineOperation<z.infer<typeof Remove>>({
  name: 'remove-prompting-rule',
  risk: 'reversible',
  parameters: Remove,
  since: '2.65',
  idempotent: true,
  expects: 'sync',
  start: async (client, { id, 'user-id': user, ...selector }) => {
    if (id === undefined) return { kind: 'sync', result: await client.prompting.removeRules(selector, of(user)) };
    try {
      return { kind: 'sync', result: await client.prompting.removeRule(id, of(user)) };
    } catch (error) {
      if (isRefusalOf(error, 'interfaces-requests-rule-not-found')) return nothingToFollow;
      throw error;
    }
  },
  verify: async (client, { id, 'user-id': user, ...selector }) => {
    const left = (await client.prompting.rules({ ...of(user), ...selector })).filter((rule) => !id || rule.id === id);
    return left[0] ? notVerified(`rule ${left[0].id} is still there`, left) : verified(null);
  },
});

const of = (user: number | undefined): Parameters<SnapdClient['prompting']['prompts']>[0] => ({ userId: user });
