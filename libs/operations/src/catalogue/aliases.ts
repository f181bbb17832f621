import type { AliasStatus } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { aliasName, appName, snapName } from '../fields';
import { defineOperation, notVerified, readBefore, verified } from '../operation';
import { changeOf } from '../starting';

const Alias = z.strictObject({ snap: snapName, app: appName, alias: aliasName });

/** Sets up a command of a snap's app under another name. */
export const alias = defineOperation<z.infer<typeof Alias>>({
  name: 'alias',
  risk: 'reversible',
  parameters: Alias,
  undo: { by: ['unalias'], steps: ({ alias: name }) => [{ operation: 'unalias', parameters: { alias: name } }] },
  idempotent: true,
  expects: 'change',
  start: async (client, of) => changeOf(await client.aliases.act({ action: 'alias', ...of })),
  matches: ({ kind, summary }, of) =>
    kind === 'alias' && summary === `Setup alias "${of.alias}" => "${of.app}" for snap "${of.snap}"`,
  verify: async (client, of) => {
    const shown = (await client.aliases.list())[of.snap] ?? {};
    return shown[of.alias]?.manual === of.app
      ? verified(shown)
      : notVerified(`alias "${of.alias}" does not run app "${of.app}" of snap "${of.snap}"`, shown);
  },
});

const Unalias = z
  .strictObject({
    /** All aliases of this snap, the automatic ones too. */
    snap: z.optional(snapName),
    /** One alias that was set up by hand. */
    alias: z.optional(aliasName),
  })
  .check(z.refine((p) => (p.snap === undefined) !== (p.alias === undefined), 'expected snap or alias'));

const Before = z.array(z.object({ snap: z.string(), app: z.string(), alias: z.string() }));

/** Takes an alias away that was set up by hand, or disables all of a snap. */
export const unalias = defineOperation<z.infer<typeof Unalias>>({
  name: 'unalias',
  risk: 'reversible',
  parameters: Unalias,
  undo: {
    by: ['alias'],
    steps: (_parameters, { before }) =>
      (readBefore(Before, before) ?? []).map((parameters) => ({ operation: 'alias', parameters })),
  },
  idempotent: ({ snap }) => snap !== undefined,
  expects: 'change',
  observe: async (client, of) => manualAliases(await client.aliases.list()).filter((one) => isOf(one, of)),
  start: async (client, of) => changeOf(await client.aliases.act({ action: 'unalias', ...of })),
  matches: ({ kind, summary }, { snap, alias: name }) =>
    kind === 'unalias' &&
    (snap ? summary === `Disable all aliases for snap "${snap}"` : summary.startsWith(`Remove manual alias "${name}"`)),
  verify: async (client, of) => {
    const shown = await client.aliases.list();
    const left = manualAliases(shown).find((one) => isOf(one, of));
    if (left) return notVerified(`alias "${left.alias}" of snap "${left.snap}" is still there`, shown);
    const active = Object.entries(shown[of.snap ?? ''] ?? {}).find(([, { status }]) => status === 'auto');
    return active ? notVerified(`alias "${active[0]}" of snap "${of.snap}" is not disabled`, shown) : verified(shown);
  },
});

const Prefer = z.strictObject({ snap: snapName });

/** Lets a snap's automatic aliases win over those of other snaps. */
export const preferAliases = defineOperation<z.infer<typeof Prefer>>({
  name: 'prefer-aliases',
  risk: 'reversible',
  parameters: Prefer,
  idempotent: true,
  expects: 'change',
  start: async (client, { snap }) => changeOf(await client.aliases.act({ action: 'prefer', snap })),
  matches: ({ kind, summary }, { snap }) => kind === 'prefer' && summary === `Prefer aliases of snap "${snap}"`,
  verify: async (client, { snap }) => {
    const shown = (await client.aliases.list())[snap] ?? {};
    const disabled = Object.entries(shown).find(([, { status }]) => status === 'disabled');
    return disabled ? notVerified(`alias "${disabled[0]}" of snap "${snap}" is disabled`, shown) : verified(shown);
  },
});

const manualAliases = (all: Record<string, Record<string, AliasStatus>>): z.infer<typeof Before> =>
  Object.entries(all).flatMap(([snap, aliases]) =>
    Object.entries(aliases).flatMap(([name, { manual }]) => (manual ? [{ snap, app: manual, alias: name }] : [])),
  );

const isOf = (one: { snap: string; alias: string }, of: z.infer<typeof Unalias>): boolean =>
  of.snap === undefined ? one.alias === of.alias : one.snap === of.snap;
