import type { OperationContext, PreparedOperation } from '@corefleet/operations';
import type { Intent } from '../journal/record';
import { judgeReading, type RequestFailure } from './failure';
import type { RunnerOptions } from './runner-options';

/**
 * Everything that has to be known, and at hand, before the one request is sent: what a change of it will be told by, what the
 * device shows, and the files it needs.
 * @returns what is to be journalled, or why the command cannot start: it is never of unknown fate here
 */
export async function prepareIntent(
  { client, readBootId, highestChangeId }: RunnerOptions,
  operation: PreparedOperation,
  context: OperationContext,
): Promise<Intent | RequestFailure> {
  try {
    const highest = operation.expects === 'change' ? await highestChangeId() : '0';
    const before = await operation.observe(client, context);
    const bootId = await readBootId();
    return {
      operation: operation.name,
      highestChangeId: highest,
      before,
      ...(bootId !== undefined && { bootId }),
    };
  } catch (error) {
    return judgeReading(error);
  }
}
