import { Module } from '@nestjs/common';
import { AuditService } from './audit.service';
import { AuditLogService } from './sealing/audit-log.service';

/** Needs a global `Database`. */
@Module({ providers: [AuditService, AuditLogService], exports: [AuditService, AuditLogService] })
export class AuditModule {}
