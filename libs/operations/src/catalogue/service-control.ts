import { SnapdError, type App, type SnapdClient } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { flag, serviceName, userNames } from '../fields';
import { defineOperation, notVerified, readBefore, verified, type Outcome } from '../operation';
import { changeOf } from '../starting';
import type { UndoStep } from '../undo';

const Parameters = z
  .strictObject({
    action: z.enum(['start', 'stop', 'restart']),
    names: z.array(serviceName).check(z.minLength(1), z.maxLength(100)),
    /** With start: also at boot. */
    enable: flag,
    /** With stop: also not at boot. */
    disable: flag,
    /** With restart: reload where the service can. */
    reload: flag,
    /** Services of the system, of users' sessions, or both when absent. */
    scope: z.optional(z.array(z.enum(['system', 'user'])).check(z.minLength(1))),
    /** Whose sessions. */
    users: z.optional(z.union([z.literal('all'), userNames])),
  })
  .check(
    z.refine((p) => !p.enable || p.action === 'start', 'enable goes with start only'),
    z.refine((p) => !p.disable || p.action === 'stop', 'disable goes with stop only'),
    z.refine((p) => !p.reload || p.action === 'restart', 'reload goes with restart only'),
  );
type Parameters = z.infer<typeof Parameters>;

const Before = z.array(z.object({ name: z.string(), active: z.boolean(), enabled: z.boolean() }));

/** Starts, stops or restarts services. */
export const serviceControl = defineOperation<Parameters>({
  name: 'service-control',
  risk: 'disruptive',
  parameters: Parameters,
  undo: { by: ['service-control'], steps: undoServices },
  idempotent: ({ action }) => action !== 'restart',
  expects: 'change',
  touches: ['snaps', 'services'],
  observe: seeServices,
  start: async (client, parameters) => changeOf(await client.apps.act(parameters)),
  // The summary is always "Running service command": tasks tell the snaps.
  matches: (change, { names }) => {
    const affected = (change.tasks ?? []).flatMap((task) => task.data?.['affected-snaps'] ?? []);
    return change.kind === 'service-control' && affected.every((snap) => names.some((name) => snapOf(name) === snap));
  },
  verify: async (client, { action, names, enable, disable }) => {
    const services = (await client.apps.list({ select: 'service', names })).map(shownService);
    const wrong = services.find((service) =>
      action === 'stop' ? service.active : !service.active && !service.onDemand,
    );
    if (wrong) return notVerified(`service ${wrong.name} is ${wrong.active ? 'active' : 'not active'}`, services);
    const unset = services.find(({ enabled }) => (enable && !enabled) || (disable && enabled));
    if (unset) return notVerified(`service ${unset.name} is ${unset.enabled ? 'enabled' : 'not enabled'}`, services);
    return verified(services);
  },
});

/** Nothing of names that are not there: the request itself is refused, in snapd's words. */
async function seeServices(client: SnapdClient, { names }: Parameters) {
  try {
    return (await client.apps.list({ select: 'service', names })).map(shownService);
  } catch (error) {
    if (error instanceof SnapdError && error.status === 404) return [];
    throw error;
  }
}

/** Stops what was not active, or starts what was; a restart leaves nothing to take back. */
function undoServices({ action, enable, disable }: Parameters, { before }: Outcome): UndoStep[] {
  if (action === 'restart') return [];
  const moved = (readBefore(Before, before) ?? []).filter(({ active }) => active === (action === 'stop'));
  const step = (names: string[], more: object): UndoStep[] => {
    const parameters = { action: action === 'stop' ? 'start' : 'stop', names, ...more };
    return names.length > 0 ? [{ operation: 'service-control', parameters }] : [];
  };
  const turned = moved.filter(({ enabled }) => (action === 'stop' ? disable && enabled : enable && !enabled));
  const left = moved.filter((service) => !turned.includes(service));
  const back = action === 'stop' ? { enable: true } : { disable: true };
  return [
    ...step(
      turned.map(({ name }) => name),
      back,
    ),
    ...step(
      left.map(({ name }) => name),
      {},
    ),
  ];
}

const snapOf = (name: string): string => name.split('.')[0] ?? name;

const shownService = (app: App) => ({
  name: app.snap ? `${app.snap}.${app.name}` : app.name,
  active: app.active ?? false,
  enabled: app.enabled ?? false,
  /** Not running is right for these: they run once, or when something calls. */
  onDemand: app.daemon === 'oneshot' || (app.activators?.length ?? 0) > 0,
});
