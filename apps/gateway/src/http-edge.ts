import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { ChallengeRequest } from '@corefleet/contracts/device-protocol';
import { boundBody, closeUnread } from '@corefleet/platform/http';
import { AdmissionService, type Admission } from './admission.service';
import { FileEdge } from './files/file-edge.service';
import { GatewayContext } from './gateway-context';
import { HealthService } from './health.service';
import { LinkServer } from './link-server';
import { Nonces } from './nonces';
import { problemText, refuseUpgrade, sendJson, sendProblem, type Problem } from './problem';
import { readBody } from './read-body';

const LINK_PATH = '/v1/device/link';
const BODY_BYTES = 1_024;
const BODY_TIMEOUT_MS = 15_000;
/** Upgrades under way at once: past it, an agent is asked to come again. */
const MOST_UPGRADES = 2_000;
/** A store is away, or this gateway leaves: another one may be better off, or this one soon. */
const RETRY_AFTER_SECONDS = 2;

const NOT_FOUND: Problem = { status: 404, code: 'not-found', detail: 'cannot find this address' };
const busy = (retryAfterSeconds = RETRY_AFTER_SECONDS): Problem => ({
  status: 503,
  code: 'busy',
  detail: 'cannot take more links now',
  retryAfterSeconds,
});
const UNAUTHENTICATED: Problem = {
  status: 401,
  code: 'unauthenticated',
  detail: 'cannot open a link without a fresh nonce signed by the key of an active enrolment',
};

/** All this gateway says over plain HTTP: challenges, files, health, and the upgrade to a link. Anything else is not there. */
@Injectable()
export class HttpEdge {
  private readonly server: Server;
  private upgrades = 0;

  constructor(
    private readonly context: GatewayContext,
    private readonly admission: AdmissionService,
    private readonly links: LinkServer,
    private readonly files: FileEdge,
    private readonly health: HealthService,
  ) {
    this.server = createServer(
      {
        maxHeaderSize: 8 * 1024,
        headersTimeout: 10_000,
        requestTimeout: 0, // each route bounds its own: a file may take long, anything else may not
        keepAliveTimeout: 5_000,
        connectionsCheckingInterval: 5_000,
      },
      (request, response) => void this.answer(request, response),
    );
    this.server.on('upgrade', (request, socket, head) => void this.upgrade(request, socket, head));
  }

  /** @returns the address it listens on */
  async listen(): Promise<string> {
    const { COREFLEET_BIND: host, COREFLEET_PORT: port } = this.context.config;
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen({ host, port, backlog: 4_096 }, () => {
        this.server.off('error', reject);
        resolve();
      });
    });
    const { port: bound } = this.server.address() as AddressInfo;
    return `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  }

  /** Takes no new connections; links that are open stay. */
  stopListening(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    closeUnread(request, response);
    try {
      if (this.files.takes(pathOf(request))) return await this.files.answer(request, response);
      boundBody(request, BODY_TIMEOUT_MS);
      await this.route(request, response);
    } catch (error) {
      this.context.logger.warn({ error, url: request.url?.slice(0, 200) }, 'Request not answered: a store is away');
      sendProblem(response, busy());
    }
  }

  private async route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    switch (`${request.method} ${pathOf(request)}`) {
      case 'POST /v1/device/challenge':
        return this.challenge(request, response);
      case 'GET /healthz':
        return sendJson(response, 200, { status: 'ok' });
      case 'GET /readyz':
        return this.ready(response);
      default:
        return sendProblem(response, NOT_FOUND);
    }
  }

  private async ready(response: ServerResponse): Promise<void> {
    const away = await this.health.away();
    sendJson(response, away.length === 0 ? 200 : 503, { status: away.length === 0 ? 'ready' : 'not-ready', away });
  }

  private async challenge(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request, BODY_BYTES);
    if (body.kind === 'gone') return;
    if (body.kind === 'too-large')
      return sendProblem(response, {
        status: 413,
        code: 'too-large',
        detail: `cannot read more than ${BODY_BYTES} bytes`,
      });
    const asked = ChallengeRequest.safeParse(body.value);
    if (!asked.success)
      return sendProblem(response, {
        status: 400,
        code: 'invalid-request',
        detail: 'cannot read enrolmentId: it is not a UUID',
      });
    const challenge = await this.admission.challenge(asked.data.enrolmentId);
    if (challenge.kind === 'busy') return sendProblem(response, busy(challenge.retryAfterSeconds));
    sendJson(response, 200, { nonce: challenge.nonce, expiresInMs: Nonces.EXPIRES_IN_MS });
  }

  private async upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const onError = (): void => void socket.destroy();
    socket.on('error', onError);
    if (request.method !== 'GET' || pathOf(request) !== LINK_PATH) return refuseUpgrade(socket, problemText(NOT_FOUND));
    if (this.health.isDraining) return refuseUpgrade(socket, problemText(busy()));
    const admission = await this.admit(request);
    if (admission.kind === 'refused') return refuseUpgrade(socket, problemText(UNAUTHENTICATED));
    if (admission.kind === 'busy') return refuseUpgrade(socket, problemText(busy(admission.retryAfterSeconds)));
    if (this.health.isDraining) return refuseUpgrade(socket, problemText(busy()));
    this.links.upgrade(request, socket, head, admission.enrolment);
    socket.off('error', onError);
  }

  private async admit(request: IncomingMessage): Promise<Admission> {
    if (this.upgrades >= MOST_UPGRADES) return this.admission.busy();
    this.upgrades += 1;
    const admission = await this.admission.admit(request.headers.authorization);
    this.upgrades -= 1;
    return admission;
  }
}

const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?', 1)[0] ?? '';
