import { WebSocket } from 'ws';
import type { Link } from './link';

/** A device's socket that knows its link, so that all sockets share their listeners. */
export class LinkSocket extends WebSocket {
  link: Link | undefined;
}
