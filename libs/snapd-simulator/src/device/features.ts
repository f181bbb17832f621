import { valueAt } from '../conf/document';
import type { Device } from './device';
import { isBefore } from './version';

/** A feature of snapd: since and until which version it is told of, and whether it is on unless told. */
interface Feature {
  name: string;
  since?: string;
  until?: string;
  on?: boolean;
}

const FEATURES: readonly Feature[] = [
  { name: 'apparmor-prompting' },
  { name: 'check-disk-space-install' },
  { name: 'check-disk-space-refresh' },
  { name: 'check-disk-space-remove' },
  { name: 'classic-preserves-xdg-runtime-dir', until: '2.75', on: true },
  { name: 'clustering', since: '2.75' },
  { name: 'confdb', since: '2.70' },
  { name: 'confdb-control' },
  { name: 'confdbs', until: '2.70' },
  { name: 'content-compatibility-label', since: '2.75' },
  { name: 'dbus-activation', until: '2.75', on: true },
  { name: 'gate-auto-refresh-hook' },
  { name: 'gpio-chardev-interface', until: '2.75' },
  { name: 'hidden-snap-folder' },
  { name: 'hotplug' },
  { name: 'layouts', until: '2.75', on: true },
  { name: 'move-snap-home-dir' },
  { name: 'parallel-instances' },
  { name: 'per-user-mount-namespace', until: '2.75' },
  { name: 'quota-groups', until: '2.75' },
  { name: 'quota-groups', since: '2.75', on: true },
  { name: 'refresh-app-awareness', until: '2.75', on: true },
  { name: 'refresh-app-awareness-ux' },
  { name: 'remote-device-management', since: '2.75' },
  { name: 'seed-refresh', since: '2.75' },
  { name: 'snap-delta-format', since: '2.75' },
  { name: 'user-daemons' },
];

const NO_PROMPTING =
  'cannot check apparmor kernel features: open /sys/kernel/security/apparmor/features: no such file or directory';

/** Whether a feature is on: `experimental.<name>` decides, else its default. */
export function isEnabled(device: Device, name: string): boolean {
  return isOn(device, known(device).find((feature) => feature.name === name) ?? { name });
}

function isOn(device: Device, { name, on = false }: Feature): boolean {
  const set = valueAt(device.conf.get('core') ?? {}, `experimental.${name}`);
  return set === undefined ? on : set === true || set === 'true';
}

/** The features of the device's snapd, as system-info shows them. */
export function features(device: Device): Record<string, unknown> {
  return Object.fromEntries(
    known(device).map((feature) => [
      feature.name,
      feature.name === 'apparmor-prompting'
        ? { supported: false, 'unsupported-reason': NO_PROMPTING, enabled: false }
        : { supported: true, enabled: isOn(device, feature) },
    ]),
  );
}

const known = (device: Device): Feature[] =>
  FEATURES.filter(
    ({ since, until }) =>
      (since === undefined || !isBefore(device, since)) && (until === undefined || isBefore(device, until)),
  );
