import { parseHeaders } from '../assertion-headers';
import type { Device } from '../device/device';
import { accountJson } from '../snaps/account-json';
import type { RecoverySystem } from './systems';

const INSTALL = { title: 'Install', mode: 'install' };
const REINSTALL = { title: 'Reinstall', mode: 'install' };
const RECOVER = { title: 'Recover', mode: 'recover' };
const FACTORY_RESET = { title: 'Factory reset', mode: 'factory-reset' };
const RUN = { title: 'Run normally', mode: 'run' };

/** Modes a system can be booted into (§5.1): the one in recover mode does not offer to recover. */
export function actionsOf(device: Device, label: string): { title: string; mode: string }[] {
  if (label !== device.systems.current) return [INSTALL, RECOVER, FACTORY_RESET];
  return device.mode === 'recover' ? [REINSTALL, FACTORY_RESET, RUN] : [REINSTALL, RECOVER, FACTORY_RESET, RUN];
}

/** An entry of GET /v2/systems (§10.33). */
export function systemJson(device: Device, system: RecoverySystem): Record<string, unknown> {
  const model = parseHeaders(system.model);
  const brand = text(model['brand-id']);
  const name = text(model.model);
  return {
    ...flags(device, system),
    label: system.label,
    model: { model: name, 'brand-id': brand, 'display-name': text(model['display-name']) || name },
    brand: accountJson(device.store, brand),
    actions: actionsOf(device, system.label),
    ...(system.label === device.systems.defaultLabel && { 'default-recovery-system': true }),
  };
}

/** GET /v2/systems/{label} (§5.2). */
export function systemDetailsJson(device: Device, system: RecoverySystem): Record<string, unknown> {
  const model = parseHeaders(system.model);
  return {
    ...flags(device, system),
    label: system.label,
    model,
    brand: accountJson(device.store, text(model['brand-id'])),
    actions: actionsOf(device, system.label),
    volumes: gadgetVolumes(device),
    'storage-encryption': NO_ENCRYPTION,
    'available-optional': {},
  };
}

const flags = (device: Device, system: RecoverySystem): Record<string, boolean> =>
  system.label === device.systems.current ? { current: true } : {};

/** There is no TPM here, and no secure boot. */
const NO_ENCRYPTION = {
  support: 'unavailable',
  features: null,
  'storage-safety': 'prefer-encrypted',
  'unavailable-reason': 'not encrypting device storage as checking TPM gave: build without secboot support',
};

function gadgetVolumes(device: Device): Readonly<Record<string, unknown>> {
  const snaps = [...device.snaps.keys()].map((name) => device.store.snap(name));
  return snaps.find((snap) => snap?.type === 'gadget')?.volumes ?? {};
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
