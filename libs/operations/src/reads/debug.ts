import type { SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { changeId, flag } from '../fields';
import { defineRead } from './read';

const aspects = [
  'base-declaration',
  'connectivity',
  'model',
  'seeding',
  'gadget-disk-mapping',
  'raa',
  'features',
] as const;

const Parameters = z
  .strictObject({
    aspect: z.enum([...aspects, 'disks', 'change-timings'], {
      error: ({ input }) => `unknown debug aspect "${String(input)}"`,
    }),
    /** With change-timings: of this change, or of what snapd does by itself under that name. */
    'change-id': z.optional(changeId),
    ensure: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
    startup: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
    /** All times and not the newest only. */
    all: flag,
  })
  .check(
    z.refine(
      (p) => (p.aspect === 'change-timings') === ((p['change-id'] ?? p.ensure ?? p.startup) !== undefined),
      'change-timings goes with change-id, ensure or startup',
    ),
  );
type Parameters = z.infer<typeof Parameters>;

/** A look inside snapd: shapes change from one snapd to the next. */
export const readDebug = defineRead({
  name: 'read-debug',
  path: '/v2/debug',
  parameters: Parameters,
  read: look,
});

function look(client: SnapdClient, parameters: Parameters): Promise<unknown> {
  const { aspect, 'change-id': change, ensure, startup, all } = parameters;
  if (aspect === 'disks') return client.debug.disks();
  if (aspect !== 'change-timings') return client.debug.aspect(aspect);
  if (ensure !== undefined) return client.debug.timings({ ensure, all });
  return client.debug.timings(startup === undefined ? { changeId: change ?? '' } : { startup, all });
}
