import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { DEVICE_ARTIFACTS_PATH } from '@corefleet/contracts/device-protocol';
import {
  ArtifactBytesMissingError,
  DeviceArtifactsService,
  isArtifactName,
  UploadCutError,
  type DeviceFile,
} from '@corefleet/features/artifacts';
import { FleetError } from '@corefleet/platform/errors';
import { bodyPieces, boundSilence } from '@corefleet/platform/http';
import { AdmissionService } from '../admission.service';
import { GatewayContext } from '../gateway-context';
import { sendJson, sendProblem, type Problem } from '../problem';
import { Transfers } from './transfers';

/** How long nothing may move of a file, either way, before its connection is cut. */
const SILENT_MS = 120_000;
const RETRY_AFTER_SECONDS = 5;

const UNAUTHENTICATED: Problem = {
  status: 401,
  code: 'unauthenticated',
  detail:
    'cannot tell which device asks: it needs a fresh nonce, signed for this request by the key of an active enrolment',
};
const BUSY: Problem = {
  status: 503,
  code: 'busy',
  detail: 'cannot take more files now',
  retryAfterSeconds: RETRY_AFTER_SECONDS,
};
const NOT_NEEDED: Problem = {
  status: 403,
  code: 'refused',
  detail: 'cannot read the file: no open command of this device needs it',
};
const MAY_NOT_STORE: Problem = {
  status: 403,
  code: 'refused',
  detail: 'cannot keep the file: no open command of this device stores it',
};
const GONE: Problem = { status: 404, code: 'not-found', detail: 'cannot find the file: it was removed' };
const NO_SUCH_ADDRESS: Problem = { status: 404, code: 'not-found', detail: 'cannot find this address' };
const WRONG_QUERY: Problem = {
  status: 400,
  code: 'invalid-request',
  detail: 'cannot read the request: it needs command, a UUID, and name, a file name without slashes',
};

/** What the errors of storing a file are answered with. */
const STATUS: Readonly<Record<string, number>> = { 'artifact-too-large': 413, 'storage-full': 507, 'upload-cut': 400 };

/**
 * Files between devices and the server, over plain HTTP beside the link: a large file shares no frame, no queue and no
 * socket with commands. Each request is proven by the device's key, and allowed by an open command of the device alone.
 */
@Injectable()
export class FileEdge {
  constructor(
    private readonly context: GatewayContext,
    private readonly admission: AdmissionService,
    private readonly artifacts: DeviceArtifactsService,
    private readonly transfers: Transfers,
  ) {}

  /** Whether the path is one of these. */
  takes(path: string): boolean {
    return path === DEVICE_ARTIFACTS_PATH || path.startsWith(`${DEVICE_ARTIFACTS_PATH}/`);
  }

  /** Answers `GET /v1/device/artifacts/{sha256}` and `POST /v1/device/artifacts`. @throws when a store is away */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const asked = askedFor(method, url);
    if ('status' in asked) return sendProblem(response, asked);
    const admission = await this.admission.admitRequest(headers.authorization, method, url);
    if (admission.kind === 'refused') return sendProblem(response, UNAUTHENTICATED);
    if (admission.kind === 'busy') return sendProblem(response, BUSY);
    const { enrolmentId } = admission.enrolment;
    const end = this.transfers.begin({ enrolmentId, cut: () => void request.socket.destroy() });
    if (!end) return sendProblem(response, BUSY);
    try {
      if (asked.kind === 'fetch') await this.serve(enrolmentId, asked.sha256, request, response);
      else await this.store({ enrolmentId, ...asked.file }, request, response);
    } finally {
      end();
    }
  }

  private async serve(
    enrolmentId: string,
    sha256: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const found = await this.artifacts.fetchable(enrolmentId, sha256);
    if (found.kind !== 'kept') return sendProblem(response, found.kind === 'gone' ? GONE : NOT_NEEDED);
    const { range, 'if-range': ifRange } = request.headers;
    try {
      const answer = await this.artifacts.content(found.artifact, {
        range,
        ifRange: String(ifRange ?? '') || undefined,
      });
      response.writeHead(answer.status, answer.headers);
      if (!answer.body) return void response.end();
      boundSilence(request, response, SILENT_MS);
      await pipeline(answer.body, response);
    } catch (error) {
      if (error instanceof ArtifactBytesMissingError) {
        this.context.logger.error({ sha256, enrolmentId }, 'The bytes of an artifact are missing');
        return sendProblem(response, { status: 410, code: error.code, detail: error.message });
      }
      if (!response.headersSent) throw error;
      this.context.logger.info({ error, sha256, enrolmentId }, 'File cut on its way to a device');
      response.destroy();
    }
  }

  private async store(file: DeviceFile, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!(await this.artifacts.mayStore(file))) return sendProblem(response, MAY_NOT_STORE);
    const { COREFLEET_ARTIFACT_MAX_BYTES: mostBytes, COREFLEET_DEVICE_FILES_DAYS: days } = this.context.config;
    boundSilence(request, response, SILENT_MS);
    try {
      const reference = await this.artifacts.store(file, bodyPieces(request), { mostBytes, days });
      if (reference) sendJson(response, 201, reference);
      else sendProblem(response, MAY_NOT_STORE);
    } catch (error) {
      if (!(error instanceof FleetError)) throw error;
      this.context.logger[error instanceof UploadCutError ? 'info' : 'warn']({ error, ...file }, 'File not stored');
      sendProblem(response, { status: STATUS[error.code] ?? 400, code: error.code, detail: error.message });
    }
  }
}

type Asked =
  | { readonly kind: 'fetch'; readonly sha256: string }
  | { readonly kind: 'store'; readonly file: Omit<DeviceFile, 'enrolmentId'> }
  | Problem;

function askedFor(method: string, target: string): Asked {
  const { pathname, searchParams } = new URL(target, 'http://gateway');
  if (method === 'GET') {
    const [, sha256] = /^\/([0-9a-f]{64})$/.exec(pathname.slice(DEVICE_ARTIFACTS_PATH.length)) ?? [];
    return sha256 === undefined ? NO_SUCH_ADDRESS : { kind: 'fetch', sha256 };
  }
  if (method !== 'POST' || pathname !== DEVICE_ARTIFACTS_PATH) return NO_SUCH_ADDRESS;
  const [commandId, name] = [searchParams.get('command') ?? '', searchParams.get('name') ?? ''];
  return UUID.test(commandId) && isArtifactName(name) ? { kind: 'store', file: { commandId, name } } : WRONG_QUERY;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
