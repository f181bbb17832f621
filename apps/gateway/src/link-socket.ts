import { WebSocket } from 'ws';
import type { Link } from './link';

/**
 * A device's socket that knows its link, so that all sockets share their listeners.
 *
 * ws keeps the four bytes that masked the last frame as a view into the memory that was read with it (lib/receiver.js,
 * `getMask`). Node reads into pieces of 64 KiB of which it gives the rest back, so that those four bytes keep a whole page
 * of memory for each device that is idle after it has spoken: about as much as all the rest of a link.
 */
export class LinkSocket extends WebSocket {
  link: Link | undefined;
  /** What ws reads frames with, under the name it has there; it sets the mask anew for each frame. */
  declare private readonly _receiver: { _mask: Buffer | undefined } | null;

  /** Lets go of what ws keeps of a frame. Call it once the frame is read. */
  forgetFrame(): void {
    if (this._receiver) this._receiver._mask = undefined;
  }
}
