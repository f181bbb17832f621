import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { createZodDto, ZodResponse } from 'nestjs-zod';
import { AuditPage, AuditQuery } from '@corefleet/contracts/http';
import { AuditService } from '@corefleet/features/audit';
import { Requires } from '../access/declarations';
import { listPage } from '../http/cursor';

class AuditQueryDto extends createZodDto(AuditQuery) {}
class AuditPageDto extends createZodDto(AuditPage) {}

@ApiTags('audit')
@Controller('v1/audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  /** Who did what, newest first. */
  @Get()
  @Requires('viewer')
  @ZodResponse({ type: AuditPageDto })
  list(@Query() query: AuditQueryDto) {
    return listPage(query, 'number', (page) => this.audit.list(page));
  }
}
