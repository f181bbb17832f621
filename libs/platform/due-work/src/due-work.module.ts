import { Global, Module, type DynamicModule } from '@nestjs/common';
import { DUE_SWEEP_MS, DueSweeper } from './due-sweeper';
import { DueWork } from './due-work';
import { TurnsProcessor } from './turns.processor';

/** Needs the queue `schedules` registered in the same app, which works on queues. */
@Global()
@Module({})
export class DueWorkModule {
  /** @param sweepMs milliseconds between two looks at the rows */
  static for({ sweepMs }: { sweepMs: number }): DynamicModule {
    const times = { provide: DUE_SWEEP_MS, useValue: sweepMs };
    return { module: DueWorkModule, providers: [DueWork, TurnsProcessor, DueSweeper, times], exports: [DueWork] };
  }
}
