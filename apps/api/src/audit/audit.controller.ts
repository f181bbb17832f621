import { Readable } from 'node:stream';
import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { findingText } from '@corefleet/audit-chain';
import { AuditExportQuery, AuditPage, AuditQuery, AuditStatus, AuditVerification } from '@corefleet/contracts/http';
import { AuditLogService, AuditService, AuditVerifier } from '@corefleet/features/audit';
import { Clock } from '@corefleet/platform/clock';
import { boundSilence } from '@corefleet/platform/http';
import { Requires } from '../access/declarations';
import { listPage } from '../http/cursor';
import type { ApiRequest } from '../http/request';

class AuditQueryDto extends createZodDto(AuditQuery) {}
class AuditPageDto extends createZodDto(AuditPage) {}
class AuditExportQueryDto extends createZodDto(AuditExportQuery) {}
class AuditStatusDto extends createZodDto(AuditStatus) {}
class AuditVerificationDto extends createZodDto(AuditVerification) {}

const EXPORT_TYPE = 'application/x-ndjson';
/** How long a reader of an export may take nothing before its connection is cut. */
const SILENT_MS = 120_000;

@ApiTags('audit')
@Controller('v1/audit')
export class AuditController {
  constructor(
    private readonly audit: AuditService,
    private readonly log: AuditLogService,
    private readonly verifier: AuditVerifier,
    private readonly clock: Clock,
  ) {}

  /** Who did what, newest first. */
  @Get()
  @Requires('viewer')
  @ZodResponse({ type: AuditPageDto })
  list(@Query() query: AuditQueryDto) {
    return listPage(query, 'number', (page) => this.audit.list(page));
  }

  /** How far sealing is, and whether the sealer refuses. */
  @Get('status')
  @Requires('viewer')
  @ZodResponse({ type: AuditStatusDto })
  status() {
    return this.log.status(this.clock.now());
  }

  /**
   * The sealed entries in the order of the chain, a line each, as `corefleet audit verify` takes them. Without a filter it is the
   * whole log and can be proven as such; with one, each entry that is in it can.
   */
  @Get('export')
  @Requires('auditor')
  @ApiProduces(EXPORT_TYPE)
  @ApiOkResponse({ description: 'JSON Lines', schema: { type: 'string' } })
  async export(
    @Query() query: AuditExportQueryDto,
    @Req() request: ApiRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    boundSilence(request.raw, reply.raw, SILENT_MS);
    const headers = { 'content-type': EXPORT_TYPE, 'content-disposition': 'attachment; filename="audit.jsonl"' };
    await reply.headers(headers).send(Readable.from(this.log.lines(query)));
  }

  /** Holds the log against the server's own checkpoints. Reads all of it: it may take a while. */
  @Get('verify')
  @Requires('auditor')
  @ZodResponse({ type: AuditVerificationDto })
  async verify() {
    const { findings, passedOver, keys, ...verdict } = await this.verifier.verify();
    const said = findings.map((each) => ({ kind: each.kind, position: each.position, message: findingText(each) }));
    return { ...verdict, findings: said, passedOver: [...passedOver], keys: [...keys] };
  }
}
