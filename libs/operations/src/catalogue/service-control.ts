import type { App } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { defineOperation, notVerified, verified } from '../operation';
import { changeOf } from '../starting';

/** `snap` for all of its services, or `snap.app`. */
const serviceName = z
  .string()
  .check(
    z.regex(/^[a-z0-9][a-z0-9-]*(?:_[a-z0-9]{1,10})?(?:\.[a-zA-Z0-9](?:-?[a-zA-Z0-9])*)?$/, 'invalid service name'),
  );

const Parameters = z
  .strictObject({
    action: z.enum(['start', 'stop', 'restart']),
    names: z.array(serviceName).check(z.minLength(1), z.maxLength(100)),
    /** With start: also at boot. */
    enable: z.optional(z.boolean()),
    /** With stop: also not at boot. */
    disable: z.optional(z.boolean()),
    /** With restart: reload where the service can. */
    reload: z.optional(z.boolean()),
  })
  .check(
    z.refine((p) => !p.enable || p.action === 'start', 'enable goes with start only'),
    z.refine((p) => !p.disable || p.action === 'stop', 'disable goes with stop only'),
    z.refine((p) => !p.reload || p.action === 'restart', 'reload goes with restart only'),
  );
type Parameters = z.infer<typeof Parameters>;

/** Starts, stops or restarts services. */
export const serviceControl = defineOperation<Parameters>({
  name: 'service-control',
  title: 'Control services',
  risk: 'disruptive',
  parameters: Parameters,
  idempotent: ({ action }) => action !== 'restart',
  expects: 'change',
  reboots: 'never',
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

const snapOf = (name: string): string => name.split('.')[0] ?? name;

const shownService = (app: App) => ({
  name: app.snap ? `${app.snap}.${app.name}` : app.name,
  active: app.active ?? false,
  enabled: app.enabled ?? false,
  /** Not running is right for these: they run once, or when something calls. */
  onDemand: app.daemon === 'oneshot' || (app.activators?.length ?? 0) > 0,
});
