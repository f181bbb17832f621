import { Readable } from 'node:stream';
import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import {
  AccessReportQuery,
  AnyReportParams,
  ComplianceReportQuery,
  ExposureReportQuery,
  HistoryReportQuery,
  RecoveryReportQuery,
  ReportDocument,
  ReportKindList,
  RolloutReportQuery,
  type ReportFormat,
  type ReportKind,
} from '@corefleet/contracts/http';
import { fileNameOf, PAGE_POLICY, READER_SILENT_MS, ReportsService, WRITERS } from '@corefleet/features/reports';
import { boundSilence } from '@corefleet/platform/http';
import { NotFoundError } from '@corefleet/platform/errors';
import { Requires } from '../access/declarations';
import { goneOf, type ApiRequest } from '../http/request';

class AnyReportParamsDto extends createZodDto(AnyReportParams) {}
class ReportKindListDto extends createZodDto(ReportKindList) {}
class ReportDocumentDto extends createZodDto(ReportDocument) {}
class ComplianceReportQueryDto extends createZodDto(ComplianceReportQuery) {}
class ExposureReportQueryDto extends createZodDto(ExposureReportQuery) {}
class RolloutReportQueryDto extends createZodDto(RolloutReportQuery) {}
class RecoveryReportQueryDto extends createZodDto(RecoveryReportQuery) {}
class HistoryReportQueryDto extends createZodDto(HistoryReportQuery) {}
class AccessReportQueryDto extends createZodDto(AccessReportQuery) {}

interface Asked {
  readonly format: ReportFormat;
  readonly asOf?: string | undefined;
}

/** A report is streamed: it may be as long as the fleet is large. */
const Streams = (): MethodDecorator =>
  ApiOkResponse({ type: ReportDocumentDto, description: 'The report; as CSV or one HTML page where `format` says so' });

/** Reports over the fleet, as JSON, CSV or a page to read and print. */
@ApiTags('reports')
@Controller('v1/reports')
export class ReportsController {
  constructor(private readonly reports: ReportsService) {}

  /** The kinds of reports there are. */
  @Get()
  @Requires('viewer')
  @ZodResponse({ type: ReportKindListDto })
  kinds() {
    return {
      items: this.reports.kinds().map(({ kind, title, about, asOf, role }) => ({ kind, title, about, asOf, role })),
    };
  }

  /** Which devices are as a validation set wants them, and why the others are not. */
  @Get('compliance')
  @Requires('viewer')
  @Streams()
  compliance(@Query() query: ComplianceReportQueryDto, @Req() request: ApiRequest, @Res() reply: FastifyReply) {
    return this.send('compliance', query, request, reply);
  }

  /** Who runs a snap, or still runs it below a revision. */
  @Get('snap-exposure')
  @Requires('viewer')
  @Streams()
  exposure(@Query() query: ExposureReportQueryDto, @Req() request: ApiRequest, @Res() reply: FastifyReply) {
    return this.send('snap-exposure', query, request, reply);
  }

  /** What became of a rollout: its waves, failures, approvals and devices. */
  @Get('rollout')
  @Requires('viewer')
  @Streams()
  rollout(@Query() query: RolloutReportQueryDto, @Req() request: ApiRequest, @Res() reply: FastifyReply) {
    return this.send('rollout', query, request, reply);
  }

  /** How old recovery systems are, and how far from what the devices run. */
  @Get('recovery-freshness')
  @Requires('viewer')
  @Streams()
  recovery(@Query() query: RecoveryReportQueryDto, @Req() request: ApiRequest, @Res() reply: FastifyReply) {
    return this.send('recovery-freshness', query, request, reply);
  }

  /** All that was done to a device, by whom, in the order of time. */
  @Get('device-history')
  @Requires('viewer')
  @Streams()
  history(@Query() query: HistoryReportQueryDto, @Req() request: ApiRequest, @Res() reply: FastifyReply) {
    return this.send('device-history', query, request, reply);
  }

  /** Who may do what, with which tokens, and what they have done. */
  @Get('access')
  @Requires('admin')
  @Streams()
  access(@Query() query: AccessReportQueryDto, @Req() request: ApiRequest, @Res() reply: FastifyReply) {
    return this.send('access', query, request, reply);
  }

  /** There is no such report. */
  @Get(':kind')
  @Requires('viewer')
  unknown(@Param() { kind }: AnyReportParamsDto): never {
    throw new NotFoundError('report', kind);
  }

  private async send(
    kind: ReportKind,
    { format, asOf, ...parameters }: Asked,
    request: ApiRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const report = await this.reports.open({ kind, parameters, asOf }, goneOf(reply));
    boundSilence(request.raw, reply.raw, READER_SILENT_MS);
    const { contentType, write } = WRITERS[format];
    const shown = format === 'html' ? 'inline' : 'attachment';
    await reply
      .headers({
        'content-type': contentType,
        'content-disposition': `${shown}; filename="${fileNameOf(report, format)}"`,
        ...(format === 'html' && { 'content-security-policy': PAGE_POLICY }),
      })
      .send(Readable.from(write(report), { objectMode: false }));
  }
}
