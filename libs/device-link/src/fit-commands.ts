import { LIMITS, type SignedCommand } from '@corefleet/contracts/device-protocol';

const FRAME_OVERHEAD_BYTES = 128;
/** What JSON makes of one character at most. */
const ESCAPED_BYTES = 6;

/** A signed command as it was read. */
export interface LoadedCommand {
  readonly sequence: number;
  readonly command: SignedCommand;
}

export interface FittedCommands {
  readonly commands: SignedCommand[];
  readonly more: boolean;
  /** The highest sequence among them; undefined when there are none. */
  readonly upTo: number | undefined;
}

/**
 * As many of the commands, lowest sequence first, as one server frame may hold; the rest is said by `more`.
 * A command too large for any frame is left out: it can never be handed over, and must not hold up those behind it.
 */
export function fitCommands(
  loaded: readonly LoadedCommand[],
  more: boolean,
  limits = { count: LIMITS.pulledCommands as number, bytes: LIMITS.serverFrameBytes as number },
): FittedCommands {
  if (loaded.length <= limits.count && loaded.reduce((sum, { command }) => sum + atMost(command), 0) < limits.bytes)
    return { commands: loaded.map(({ command }) => command), more, upTo: loaded.at(-1)?.sequence };
  const commands: SignedCommand[] = [];
  let upTo: number | undefined;
  let left = limits.bytes - FRAME_OVERHEAD_BYTES;
  for (const { sequence, command } of loaded) {
    const bytes = Buffer.byteLength(JSON.stringify(command)) + 1;
    if (bytes > limits.bytes - FRAME_OVERHEAD_BYTES) continue;
    if (bytes > left || commands.length === limits.count) return { commands, more: true, upTo };
    commands.push(command);
    upTo = sequence;
    left -= bytes;
  }
  return { commands, more, upTo };
}

/** A bound of the bytes it takes in a frame, known without writing it: most are far from any limit. */
const atMost = ({ envelope, keyId, signature }: SignedCommand): number =>
  FRAME_OVERHEAD_BYTES + ESCAPED_BYTES * (envelope.length + keyId.length + signature.length);
