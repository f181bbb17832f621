import type { PlanNote } from '@corefleet/features/rollouts';

/** @param message in words that are the same for every device it is true of: devices are counted by them */
export const note = (cause: string, message: string): PlanNote => ({ cause, message });
