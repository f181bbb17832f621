import { SimulatedSnapd, SimulatedStore, realClock, type Clock } from '@corefleet/snapd-simulator';

const BRAND = 'acme';
const MODEL = 'acme-edge';

/** The sequences of the brand's validation set. */
export const SETS = [setOf(13, 41, 7), setOf(14, 42, 8)];

function setOf(sequence: number, app: number, telemetry: number) {
  const snaps = [
    { name: 'acme-app', revision: app },
    { name: 'acme-telemetry', revision: telemetry },
  ];
  return { accountId: BRAND, name: 'base', sequence, snaps };
}

export interface WorldOptions {
  /** How long an ordinary task of a change takes, in milliseconds. */
  readonly taskMs: number;
  readonly rebootMs: number;
  /** Where devices read the time; the real clock unless given. */
  readonly clock?: Clock;
}

/**
 * The store of the simulated brand: an app and a telemetry snap in two revisions, and the validation set `acme/base`
 * whose sequence 13 is what devices leave the factory with and whose sequence 14 moves both.
 */
export function simulatedStore(): SimulatedStore {
  const store = new SimulatedStore();
  store.addSnap({ name: 'snapd', type: 'snapd', revisions: [{ revision: 21759 }], channels: { stable: 21759 } });
  store.addSnap({ name: 'core24', type: 'base', revisions: [{ revision: 609 }], channels: { stable: 609 } });
  store.addSnap({ name: 'pc-kernel', type: 'kernel', revisions: [{ revision: 1938 }], channels: { stable: 1938 } });
  store.addSnap({
    name: 'acme-app',
    base: 'core24',
    services: [{ name: 'daemon' }],
    revisions: [{ revision: 41 }, { revision: 42, sizeBytes: 24_000_000 }],
    channels: { stable: 41, candidate: 42 },
  });
  store.addSnap({
    name: 'acme-telemetry',
    base: 'core24',
    services: [{ name: 'agent' }],
    revisions: [{ revision: 7 }, { revision: 8, sizeBytes: 6_000_000 }],
    channels: { stable: 7, candidate: 8 },
  });
  for (const set of SETS) store.addValidationSet(set);
  return store;
}

/** One device as it leaves the factory. */
export function simulatedDevice(store: SimulatedStore, serial: string, options: WorldOptions): SimulatedSnapd {
  return new SimulatedSnapd({
    store,
    clock: options.clock ?? realClock,
    model: modelText(),
    serial: serialText(serial),
    snaps: ['snapd', 'core24', 'pc-kernel', 'acme-app', 'acme-telemetry'].map((name) => ({ name })),
    validationSets: [{ accountId: BRAND, name: 'base', mode: 'enforce', sequence: 13 }],
    taskMs: options.taskMs,
    rebootMs: options.rebootMs,
  });
}

export const identityOfDevice = (serial: string) => ({ brandId: BRAND, model: MODEL, serial });

/** Shaped as snapd shows one; the signature is none, so it proves nothing. */
const modelText = (): string => `type: model
authority-id: ${BRAND}
series: 16
brand-id: ${BRAND}
model: ${MODEL}
architecture: amd64
base: core24
display-name: Acme Edge
grade: signed
snaps:
  -
    id: pYVQrBcKmBa0mZ4CCN7ExT6jH8rY1hza
    name: pc-kernel
    type: kernel
  -
    name: core24
    type: base
timestamp: 2026-01-01T00:00:00Z
sign-key-sha3-384: ${'simulated'.padEnd(64, '0')}

c2ltdWxhdGVk
`;

const serialText = (serial: string): string => `type: serial
authority-id: ${BRAND}
brand-id: ${BRAND}
model: ${MODEL}
serial: ${serial}
device-key:
    c2ltdWxhdGVk
timestamp: 2026-01-02T00:00:00Z
sign-key-sha3-384: ${'simulated'.padEnd(64, '0')}

c2ltdWxhdGVk
`;
