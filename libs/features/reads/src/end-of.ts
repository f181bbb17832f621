import type { CommandAnswer } from '@corefleet/features/commands';
import type { EndReason } from './followed-log';

/** What the agent says of a stream that has ended. */
interface Ended {
  readonly chunks: number;
  readonly ended: string;
}

const WORDS: Readonly<Record<string, string>> = {
  asked: 'nobody follows any more',
  deadline: 'the log was followed for as long as may be: ask again',
  snapd: 'snapd ended the stream',
};

/** Why a followed read has ended, and after how many chunks, by what became of its command. */
export function endOf({ status, cause, message, result }: CommandAnswer): { chunks: number; reason: EndReason } {
  const { chunks, ended } = endedOf(result);
  if (status === 'succeeded') {
    const code = ended === 'snapd' ? 'snapd-ended' : ended;
    return { chunks, reason: { code, detail: WORDS[ended] ?? ended } };
  }
  return { chunks, reason: { code: cause ?? status, detail: message ?? `the command ended ${status}` } };
}

function endedOf(result: unknown): Ended {
  const { chunks, ended } = (typeof result === 'object' && result !== null ? result : {}) as Partial<Ended>;
  return { chunks: typeof chunks === 'number' ? chunks : 0, ended: typeof ended === 'string' ? ended : 'snapd' };
}
