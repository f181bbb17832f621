import { Module } from '@nestjs/common';
import { AuditService } from './audit.service';

/** Needs a global `Database`. */
@Module({ providers: [AuditService], exports: [AuditService] })
export class AuditModule {}
