import { Inject, Injectable } from '@nestjs/common';
import type { Problem } from '@corefleet/contracts/http';
import { AuditService } from '@corefleet/features/audit';
import { Database } from '@corefleet/platform/database';
import type { Logger } from '@corefleet/platform/logger';
import { LOGGER } from '../providers';
import { routeName, type ApiRequest } from './request';

const DETAIL_MOST = 2000;

/**
 * Keeps what a known person or token tried and was refused. Reading is not an act, but for what a device would be asked, or
 * has stored, and who asks may not see. Strangers are not recorded.
 */
@Injectable()
export class RefusalAudit {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditService,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Never throws: the refusal reaches its client also when it cannot be recorded, and the log says so. */
  async record(request: ApiRequest, problem: Problem): Promise<void> {
    const { principal } = request;
    if (principal === undefined || (request.method === 'GET' && !isRefusedRead(request, problem))) return;
    const entry = {
      actor: principal.actor,
      action: 'request.refuse',
      subject: { kind: 'route', id: routeName(request) },
      outcome: 'refused',
      details: { status: problem.status, code: problem.code, detail: problem.detail.slice(0, DETAIL_MOST) },
    } as const;
    try {
      await this.database.transaction((tx) => this.audit.record(tx, entry));
    } catch (error) {
      this.logger.error({ error, route: entry.subject.id }, 'Refusal not audited');
    }
  }
}

/** Routes that show what is not for every role that has them. */
const GUARDED_READS: readonly (string | undefined)[] = ['/v1/devices/:id/snapd/*', '/v1/artifacts/:sha256/content'];

const isRefusedRead = (request: ApiRequest, { status }: Problem): boolean =>
  status === 403 && GUARDED_READS.includes(request.routeOptions.url);
