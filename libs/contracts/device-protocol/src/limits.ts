/** The protocol this build speaks first. The server also speaks the one before it, once there is one. */
export const CURRENT_PROTOCOL = 1;

/** Every protocol this build can speak, newest first. */
export const SPOKEN_PROTOCOLS: readonly number[] = [CURRENT_PROTOCOL];

/**
 * What an agent says among its capabilities that takes `commands` whenever they come, one frame after the other: under its last
 * pull it is handed up to `pulledCommands` more than it was answered with, as they are signed.
 */
export const STANDING_PULL = 'standing-pull';

/** Bounds both sides enforce. Bytes are UTF-8 bytes of one frame. */
export const LIMITS = {
  /** Largest frame an agent may send, and the gateway reads. */
  agentFrameBytes: 512 * 1024,
  /** Largest frame a gateway may send, and the agent reads. */
  serverFrameBytes: 512 * 1024,
  /** JSON of what a command reports as its result: with what is said around it, it fits into a frame. */
  resultBytes: 256 * 1024,
  /** JSON of the entries of one chunk of a followed read. */
  chunkBytes: 64 * 1024,
  /** Reads one device may be followed in at a time. */
  streams: 4,
  /** A followed read without credit for so long ends by itself, in milliseconds. */
  streamLeaseMs: 30_000,
  /** Items in one report frame. */
  reportItems: 100,
  /** Commands in one answer to a pull. */
  pulledCommands: 20,
  /** Report items an agent may have sent and not yet seen acknowledged. */
  unackedItems: 200,
} as const;
