import type { IncomingMessage } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { Duplex } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { WebSocketServer, type RawData, type WebSocket } from 'ws';
import { LIMITS } from '@corefleet/contracts/device-protocol';
import type { ActiveEnrolment } from './enrolments.repository';
import { GatewayContext } from './gateway-context';
import type { Link } from './link';
import { LinkRuntime } from './link-runtime.service';
import { LinkSocket } from './link-socket';

/** Turns admitted upgrade requests into sockets of the runtime. Its listeners are made once and shared by all sockets. */
@Injectable()
export class LinkServer {
  private readonly server = new WebSocketServer<typeof LinkSocket>({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: LIMITS.agentFrameBytes,
    WebSocket: LinkSocket,
  });
  private readonly onMessage: (this: WebSocket, data: RawData, isBinary: boolean) => void;
  private readonly onPong: (this: WebSocket) => void;
  private readonly onClose: (this: WebSocket) => void;
  private readonly onError: (this: WebSocket, error: Error) => void;

  constructor(
    private readonly runtime: LinkRuntime,
    context: GatewayContext,
  ) {
    this.onMessage = function (data, isBinary) {
      if (!hasLink(this)) return;
      this.forgetFrame();
      runtime.read(this.link, data, isBinary);
    };
    this.onPong = function () {
      if (!hasLink(this)) return;
      this.forgetFrame();
      this.link.heardMs = performance.now();
    };
    this.onClose = function () {
      if (hasLink(this)) runtime.lost(this.link);
    };
    // ws closes the socket by itself after an error: an oversized frame with 1009, text that is not UTF-8 with 1007.
    this.onError = function (error) {
      context.logger.warn(
        { enrolmentId: hasLink(this) ? this.link.enrolmentId : undefined, error: error.message },
        'Socket of an agent broke',
      );
    };
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, enrolment: ActiveEnrolment): void {
    this.server.handleUpgrade(request, socket, head, (opened) => {
      opened.on('message', this.onMessage);
      opened.on('pong', this.onPong);
      opened.on('close', this.onClose);
      opened.on('error', this.onError);
      this.runtime.open(opened, enrolment);
    });
  }
}

const hasLink = (socket: WebSocket): socket is LinkSocket & { link: Link } =>
  socket instanceof LinkSocket && socket.link !== undefined;
