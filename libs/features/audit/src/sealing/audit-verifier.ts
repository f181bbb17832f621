import { outcomeOf, verifyExport, type Outcome, type Verdict } from '@corefleet/audit-chain';
import { ConflictError } from '@corefleet/platform/errors';
import type { AuditLogService } from './audit-log.service';
import { CheckpointFiles, type LastCheckpoint } from './checkpoint-files';
import { checkpointLines } from './checkpoint-lines';

export interface Verification extends Verdict {
  readonly outcome: Outcome;
  /** As `AuditLogService.passedOver`. */
  readonly passedOver: readonly string[];
}

/**
 * Holds the log against the checkpoints of a directory. It proves as much as the directory is out of reach for who edits the
 * database: the command line does the same over files that were kept elsewhere.
 */
export class AuditVerifier {
  private current: Promise<Verification> | undefined;

  /** @param directory undefined: there is none within reach of this process */
  constructor(
    private readonly log: AuditLogService,
    private readonly directory: string | undefined,
  ) {}

  /**
   * Reads all of both, page by page. Who asks while it runs is answered by the one that runs.
   * @throws ConflictError without a directory
   */
  async verify(): Promise<Verification> {
    const { directory } = this;
    if (directory === undefined)
      throw new ConflictError('cannot verify the audit here: this api has no COREFLEET_CHECKPOINTS_DIR');
    this.current ??= this.run(new CheckpointFiles(directory)).finally(() => (this.current = undefined));
    return this.current;
  }

  private async run(files: CheckpointFiles): Promise<Verification> {
    const last = await files.last();
    const verdict = await verifyExport(this.log.lines({ to: last?.to ?? 0 }), linesTo(last, files));
    const passedOver = await this.log.passedOver();
    return { ...verdict, passedOver, outcome: passedOver.length > 0 ? 'contradicted' : outcomeOf(verdict) };
  }
}

/** Checkpoints up to the one that was the last: those that are written while the log is read know more than is read of it. */
async function* linesTo(last: LastCheckpoint | undefined, files: CheckpointFiles): AsyncGenerator<string> {
  if (!last) return;
  for await (const line of checkpointLines(files)) {
    yield line;
    if (line === last.line) return;
  }
}
