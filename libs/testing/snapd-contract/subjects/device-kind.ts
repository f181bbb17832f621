/**
 * The lab's classic device, or what only the simulator is: one like Ubuntu Core 24 with a store and recovery systems, the
 * same before it was seeded, and the classic one with a serial.
 */
export type DeviceKind = 'classic' | 'core' | 'unseeded core' | 'registered classic';
