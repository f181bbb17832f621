import { Global, Module, type DynamicModule } from '@nestjs/common';
import { Clock, Ids } from './clock';

/** One clock, and ids, for every provider of a process. */
@Global()
@Module({})
export class ClockModule {
  static for(clock: Clock): DynamicModule {
    return { module: ClockModule, providers: [{ provide: Clock, useValue: clock }, Ids], exports: [Clock, Ids] };
  }
}
