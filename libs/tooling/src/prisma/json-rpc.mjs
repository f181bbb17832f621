import { createInterface } from 'node:readline';

/** The native engine numbers its own notifications; ours start where the CLI's never reach. */
const FIRST_NOTIFICATION_ID = 1_000_000;
const ENGINE_ERROR = 4466;

/**
 * Answers JSON-RPC lines from `input` on `output`, one after the other, until `input` ends.
 * @param start opens the engine, at the first request
 */
export async function serveJsonRpc(input, output, start) {
  let engine;
  const send = (message) => output.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  for await (const line of createInterface({ input })) {
    if (!line.trim()) continue;
    const request = JSON.parse(line);
    if (!request.method) continue; // an answer to one of our own notifications
    try {
      engine ??= await start();
      sendResult(send, request, await engine.call(request.method, request.params));
    } catch (error) {
      send({ id: request.id, error: rpcError(engine?.describe(error) ?? { message: String(error), code: null }) });
    }
  }
}

/** `diff` to stdout is printed by the CLI at our request; everything else is in the result. */
function sendResult(send, { id, method }, result) {
  if (method === 'diff' && typeof result.stdout === 'string') {
    const content = result.stdout.replace(/\n$/, '');
    send({ id: FIRST_NOTIFICATION_ID + id, method: 'print', params: { content } });
    send({ id, result: { ...result, stdout: null } });
    return;
  }
  send({ id, result });
}

function rpcError({ message, code, meta }) {
  return {
    code: ENGINE_ERROR,
    message: 'An error happened. Check the data field for details.',
    data: { is_panic: false, message, meta: meta ?? null, error_code: code },
  };
}
