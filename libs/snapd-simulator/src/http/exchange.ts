import type { Device } from '../device/device';
import { garbage } from './garbage';
import type { HttpReply } from './envelope';
import { ApiRequest } from './request';
import { handle } from './router';

/** Faults of the connection itself, asked for by tests and demos. */
export interface ConnectionFaults {
  /** Answers still to be replaced by garbage. */
  garbageLeft: number;
  /** Every connection is refused. */
  refuse: boolean;
}

/** A request as it comes over a connection. */
export interface Exchange {
  method: string;
  /** With query. */
  target: string;
  headers: Record<string, string>;
  body: Uint8Array;
  uid: number;
  /** The snap at the other end of the snap socket; undefined on snapd's own socket. */
  snap?: string;
  /** Calls `fn` when the peer goes away before its answer. */
  onGone(fn: () => void): void;
}

/** Answers an exchange as the device's socket would. @throws what a socket gives when nobody answers */
export async function exchange(device: Device, faults: ConnectionFaults, request: Exchange): Promise<HttpReply> {
  const closed = connectError(device, faults);
  if (closed) throw closed;
  const question = request.target.indexOf('?');
  const path = question < 0 ? request.target : request.target.slice(0, question);
  const query = new URLSearchParams(question < 0 ? '' : request.target.slice(question + 1));
  const reply = await handle(device, new ApiRequest(request, path, query));
  if (faults.garbageLeft <= 0) return reply;
  faults.garbageLeft--;
  return garbage(faults.garbageLeft, reply);
}

/** How a connection fails now, or undefined when it is accepted. */
function connectError(device: Device, faults: ConnectionFaults): SocketError | undefined {
  if (faults.refuse) return new SocketError('ECONNREFUSED');
  return device.power.state === 'down' ? new SocketError('ENOENT') : undefined;
}

/** Why no answer comes, in node:net's codes. */
export class SocketError extends Error {
  constructor(readonly code: 'ECONNREFUSED' | 'ENOENT' | 'ECONNRESET') {
    super(code === 'ECONNRESET' ? 'socket hang up' : `connect ${code} /run/snapd.socket`);
    this.name = 'SocketError';
  }
}
