import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { EnrolAnswer } from '@corefleet/contracts/device-protocol';
import { generateIdentityKey } from '../identity/identity';
import { writeFileDurably } from '../journal/file-journal-store';

/** The device's key and the serial it goes by when it has none; made once. */
const KeptIdentity = z.object({ privateKey: z.string(), inventedSerial: z.string() });
export type KeptIdentity = z.infer<typeof KeptIdentity>;

const KeptEnrolment = z.object({
  answer: EnrolAnswer,
  device: z.object({ brandId: z.string(), model: z.string(), serial: z.string() }),
});
export type KeptEnrolment = z.infer<typeof KeptEnrolment>;

/** The files of the state directory, all of mode 0600. */
export class StateFiles {
  readonly journal: string;
  readonly artifacts: string;

  constructor(private readonly directory: string) {
    this.journal = join(directory, 'journal');
    this.artifacts = join(directory, 'artifacts');
  }

  /**
   * The device's identity, made and kept at the first call: an enrolment that is asked for again is the same one's.
   * @throws when it cannot be kept, or what is kept cannot be read
   */
  async identity(): Promise<KeptIdentity> {
    await mkdir(this.directory, { recursive: true, mode: 0o700 });
    const kept = await this.read('identity.json', KeptIdentity);
    if (kept) return kept;
    const made = { privateKey: generateIdentityKey(), inventedSerial: `unproven-${randomUUID()}` };
    await writeFileDurably(join(this.directory, 'identity.json'), JSON.stringify(made));
    return made;
  }

  enrolment(): Promise<KeptEnrolment | undefined> {
    return this.read('enrolment.json', KeptEnrolment);
  }

  async keepEnrolment(enrolment: KeptEnrolment): Promise<void> {
    await writeFileDurably(join(this.directory, 'enrolment.json'), JSON.stringify(enrolment));
  }

  private async read<T>(name: string, schema: z.ZodMiniType<T>): Promise<T | undefined> {
    const path = join(this.directory, name);
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
    try {
      return schema.parse(JSON.parse(text));
    } catch (cause) {
      // Never made anew by itself: the identity would be lost.
      throw new Error(`cannot read ${path}: it is damaged`, { cause });
    }
  }
}
