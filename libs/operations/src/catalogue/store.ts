import * as z from 'zod/mini';
import { snapNames } from '../fields';
import { defineOperation, notVerified, readBefore, verified, type Verdict } from '../operation';
import { changeOf } from '../starting';

const Create = z.strictObject({ snaps: snapNames });
const Keys = z.record(z.string(), z.string());

/** Makes cohorts in the store: devices that refresh with one of its keys get the same revision for ninety days. */
export const createCohorts = defineOperation<z.infer<typeof Create>>({
  name: 'create-cohorts',
  risk: 'reversible',
  parameters: Create,
  idempotent: true,
  expects: 'sync',
  start: async (client, { snaps }) => ({ kind: 'sync', result: await client.cohorts.create(snaps) }),
  // The store shows no cohorts: its keys are all there is of one.
  verify: (_client, { snaps }, { started }): Promise<Verdict> => {
    const keys = started.kind === 'sync' ? readBefore(Keys, started.result) : undefined;
    const missing = snaps.find((snap) => !keys?.[snap]);
    return Promise.resolve(
      missing ? notVerified(`there is no cohort key for snap "${missing}"`, keys ?? null) : verified(keys),
    );
  },
});

const names = z.optional(
  z.array(z.string().check(z.minLength(1), z.maxLength(128))).check(z.minLength(1), z.maxLength(50)),
);

const Install = z
  .strictObject({ 'gtk-themes': names, 'icon-themes': names, 'sound-themes': names })
  .check(z.refine((p) => Object.values(p).some((list) => list !== undefined), 'no snaps to install'));

const Installed = z.array(z.string());

/** Installs the snaps that themes of the desktop come in. */
export const installThemes = defineOperation<z.infer<typeof Install>>({
  name: 'install-themes',
  risk: 'reversible',
  parameters: Install,
  since: '2.56',
  undo: {
    by: ['remove'],
    steps: (_parameters, { change }) => {
      const snaps = readBefore(Installed, change?.data?.['snap-names']) ?? [];
      return snaps.length > 0 ? [{ operation: 'remove', parameters: { snaps } }] : [];
    },
  },
  idempotent: true,
  expects: 'change',
  start: async (client, of) => changeOf(await client.themes.install(byKind(of))),
  matches: ({ kind }) => kind === 'install-themes',
  verify: async (client, of) => {
    const shown = await client.themes.status(byKind(of));
    const missing = Object.values(shown)
      .flatMap((themes) => Object.entries(themes))
      .find(([, status]) => status !== 'installed');
    return missing ? notVerified(`theme "${missing[0]}" is ${missing[1]}`, shown) : verified(shown);
  },
});

const byKind = (of: z.infer<typeof Install>) => ({
  gtk: of['gtk-themes'],
  icon: of['icon-themes'],
  sound: of['sound-themes'],
});
