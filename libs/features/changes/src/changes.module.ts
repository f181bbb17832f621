import { Module } from '@nestjs/common';
import { ChangeHistory } from './change-history.read-model';
import { ChangesIngest } from './changes-ingest.service';
import { ChangesReadModel } from './changes.read-model';

const PROVIDERS = [ChangesIngest, ChangesReadModel, ChangeHistory];

/** Changes and notices: the one writer of changes, change_history, notices and quarantined_items. */
@Module({ providers: PROVIDERS, exports: PROVIDERS })
export class ChangesModule {}
