import { Global, Module } from '@nestjs/common';
import { Clock, Ids } from './clock';

/** The real clock and ids, for every provider of a process. */
@Global()
@Module({ providers: [Clock, Ids], exports: [Clock, Ids] })
export class ClockModule {}
