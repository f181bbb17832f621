import { Module } from '@nestjs/common';
import { CommandsModule } from '@corefleet/features/commands';
import { DevicesModule } from '@corefleet/features/devices';
import { CommandEnds } from './command-ends';
import { FollowsService } from './follows.service';
import { ReadLimits } from './read-limits';
import { ReadsService } from './reads.service';

/** Reads of one device over the road of commands. */
@Module({
  imports: [CommandsModule, DevicesModule],
  providers: [ReadsService, FollowsService, CommandEnds, ReadLimits],
  exports: [ReadsService, FollowsService],
})
export class ReadsModule {}
