import { Module } from '@nestjs/common';
import { AuditModule } from '@corefleet/features/audit';
import { CommandJobs } from './command-jobs';
import { CommandsService } from './commands.service';

/** Issuing and reading commands. Needs the queue `commands` registered in the same app. */
@Module({ imports: [AuditModule], providers: [CommandsService, CommandJobs], exports: [CommandsService, CommandJobs] })
export class CommandsModule {}
