import { Module } from '@nestjs/common';
import { ChangesIngest } from './changes-ingest.service';
import { ChangesReadModel } from './changes.read-model';

/** Changes and notices: the one writer of changes, notices and quarantined_items. */
@Module({ providers: [ChangesIngest, ChangesReadModel], exports: [ChangesIngest, ChangesReadModel] })
export class ChangesModule {}
