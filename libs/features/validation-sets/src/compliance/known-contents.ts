import type { ValidationSet } from '@corefleet/validation-set-rules';
import { nameOfSequence, type SequenceKey } from '../set-view';

export type FindContents = (keys: readonly SequenceKey[]) => Promise<ValidationSet[]>;

/** What sequences say, each looked up once: for a look at many pages of devices, which have few sequences among them. */
export class KnownContents {
  private readonly known = new Map<string, ValidationSet | undefined>();

  constructor(private readonly find: FindContents) {}

  /** Those that are imported. */
  async of(keys: readonly SequenceKey[]): Promise<ValidationSet[]> {
    const unknown = keys.filter((key) => !this.known.has(nameOfSequence(key)));
    if (unknown.length > 0) {
      const found = new Map((await this.find(unknown)).map((set) => [nameOfSequence(set), set]));
      for (const key of unknown) this.known.set(nameOfSequence(key), found.get(nameOfSequence(key)));
    }
    return keys.flatMap((key) => this.known.get(nameOfSequence(key)) ?? []);
  }
}
