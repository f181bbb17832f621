import { LIMITS, type SignedCommand } from '@corefleet/contracts/device-protocol';

const FRAME_OVERHEAD_BYTES = 128;

export interface FittedCommands {
  readonly commands: readonly SignedCommand[];
  readonly more: boolean;
}

/**
 * As many of the commands, lowest sequence first, as one server frame may hold; the rest is said by `more`.
 * A command too large for any frame is left out: it can never be handed over, and must not hold up those behind it.
 */
export function fitCommands(
  commands: readonly SignedCommand[],
  more: boolean,
  limits = { count: LIMITS.pulledCommands as number, bytes: LIMITS.serverFrameBytes as number },
): FittedCommands {
  const fitting: SignedCommand[] = [];
  let left = limits.bytes - FRAME_OVERHEAD_BYTES;
  for (const command of commands) {
    const bytes = Buffer.byteLength(JSON.stringify(command)) + 1;
    if (bytes > limits.bytes - FRAME_OVERHEAD_BYTES) continue;
    if (bytes > left || fitting.length === limits.count) return { commands: fitting, more: true };
    fitting.push(command);
    left -= bytes;
  }
  return { commands: fitting, more };
}
