import type { Host } from '@corefleet/contracts/device-protocol';

const GIB = 2 ** 30;
/** Where devices stand, some on half hours and where clocks are changed at other times than elsewhere. */
const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'Asia/Kathmandu',
  'Pacific/Auckland',
  'UTC',
];
const DISKS_GIB = [8, 16, 32];
/** Free parts of 64: most have room, one in sixteen has next to none. */
const FREE_PARTS = [40, 33, 51, 22, 45, 28, 56, 37, 18, 48, 30, 41, 25, 53, 35, 1];

/** The zone and the disk of one simulated device: always the same for the same serial, and mixed over a fleet. */
export function hostOfDevice(serial: string): Host {
  const at = Number(serial.replace(/\D/g, ''));
  const total = pick(DISKS_GIB, at) * GIB;
  return { timeZone: pick(ZONES, at), disk: { free: (total / 64) * pick(FREE_PARTS, at), total } };
}

function pick<T>(all: readonly T[], at: number): T {
  const found = all[at % all.length];
  if (found === undefined) throw new Error('cannot pick from nothing');
  return found;
}
