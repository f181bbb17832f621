import type { Device } from '../device/device';
import type { RecoverySystem } from './systems';

const INSTALL = { title: 'Install', mode: 'install' };
const REINSTALL = { title: 'Reinstall', mode: 'install' };
const RECOVER = { title: 'Recover', mode: 'recover' };
const FACTORY_RESET = { title: 'Factory reset', mode: 'factory-reset' };
const RUN = { title: 'Run normally', mode: 'run' };

/** Modes a system can be booted into (§5.1). */
export const actionsOf = (current: boolean): { title: string; mode: string }[] =>
  current ? [REINSTALL, RECOVER, FACTORY_RESET, RUN] : [INSTALL, RECOVER, FACTORY_RESET];

/** An entry of GET /v2/systems (§10.33). */
export function systemJson(device: Device, system: RecoverySystem): Record<string, unknown> {
  const model = device.modelHeaders;
  const brand = text(model['brand-id']);
  const name = text(model.model);
  return {
    ...flags(device, system),
    label: system.label,
    model: { model: name, 'brand-id': brand, 'display-name': text(model['display-name']) || name },
    brand: brandJson(brand),
    actions: actionsOf(system.label === device.systems.current),
    ...(system.label === device.systems.defaultLabel && { 'default-recovery-system': true }),
  };
}

/** GET /v2/systems/{label} (§5.2), without volumes: the simulated gadget has none. */
export function systemDetailsJson(device: Device, system: RecoverySystem): Record<string, unknown> {
  return {
    ...flags(device, system),
    label: system.label,
    model: device.modelHeaders,
    brand: brandJson(text(device.modelHeaders['brand-id'])),
    actions: actionsOf(system.label === device.systems.current),
    volumes: {},
    'storage-encryption': { support: 'disabled', features: null },
    'available-optional': {},
  };
}

const flags = (device: Device, system: RecoverySystem): Record<string, boolean> =>
  system.label === device.systems.current ? { current: true } : {};

const brandJson = (brand: string): Record<string, string> => ({
  id: brand,
  username: brand,
  'display-name': brand,
  validation: 'unproven',
});

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
