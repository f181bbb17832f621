import { z } from 'zod';
import { durationMs } from '@corefleet/platform/config';

/** A fleet of simulated devices in one process. */
export const SimulatorConfig = z.object({
  /** http(s) address of the API: where devices enrol. */
  COREFLEET_SERVER: z.url({ protocol: /^https?$/ }),
  /** Good for as many enrolments as there are devices. */
  COREFLEET_ENROLMENT_TOKEN: z.string().min(1),
  COREFLEET_SIMULATED_DEVICES: z.coerce.number().int().min(1).max(20_000).default(50),
  /** How long an ordinary task of a change takes; 0 for devices that do everything at once. */
  COREFLEET_SIMULATED_TASK_MS: z.coerce.number().int().min(0).default(100),
  /** How long a device takes to boot. */
  COREFLEET_SIMULATED_REBOOT_MS: durationMs(1_000),
  COREFLEET_LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('warn'),
});
export type SimulatorConfig = z.infer<typeof SimulatorConfig>;
