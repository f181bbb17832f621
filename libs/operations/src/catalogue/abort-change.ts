import { SnapdError } from '@corefleet/snapd-client';
import * as z from 'zod/mini';
import { isCutShort } from '../aborted';
import { changeId } from '../fields';
import { defineOperation, notVerified, verified } from '../operation';

const Parameters = z.strictObject({ change: changeId });

/** Stops a change and undoes what it did. It is over only when the change is ready: in Undone, Error or Hold. */
export const abortChange = defineOperation<z.infer<typeof Parameters>>({
  name: 'abort-change',
  risk: 'reversible',
  parameters: Parameters,
  idempotent: true,
  expects: 'sync',
  reboots: 'may',
  // An abort while a task runs normally ends in Error: the handler is cancelled and its error counts.
  takesCutShort: true,
  start: async (client, { change }) => {
    try {
      await client.changes.abort(change);
    } catch (error) {
      const isOver =
        error instanceof SnapdError && error.status === 400 && error.message.endsWith('with nothing pending');
      if (!isOver || !isCutShort(await client.changes.get(change))) throw error;
    }
    return { kind: 'change', changeId: change, existing: true };
  },
  verify: async (client, { change: id }, { change }) => {
    const ended = change ?? (await client.changes.get(id));
    const { summary, status, err } = ended;
    const result = { change: id, summary, status, ...(err !== undefined && { err }) };
    return isCutShort(ended)
      ? verified(result)
      : notVerified(`change ${id} was done before it could be aborted`, result);
  },
});
