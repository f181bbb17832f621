import type { SimulatedSnapdOptions } from '@corefleet/snapd-simulator';

/** What the hooks of the lab's snaps do, for the simulator reads them but runs none. */
export const labHooks: NonNullable<SimulatedSnapdOptions['hooks']> = ({ snap, hook, conf }) => {
  if (snap === 'lab-hello' && hook === 'configure') {
    if (String(conf.fail) === 'true') return { error: 'lab: told to fail' };
    return conf.sleep === undefined ? undefined : { ms: Number(conf.sleep) * 1000 };
  }
  if (snap === 'lab-broken' && hook === 'configure') return { error: 'configure says no' };
  return snap === 'lab-slow' && hook === 'install' ? { ms: 15_000 } : undefined;
};
