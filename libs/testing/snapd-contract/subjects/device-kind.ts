/** The lab's classic device, or one like Ubuntu Core 24 with a store and recovery systems, which only the simulator is. */
export type DeviceKind = 'classic' | 'core';
