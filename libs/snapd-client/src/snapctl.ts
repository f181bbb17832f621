import { SnapdCaller, type CallOptions, type CallerOptions } from './caller';
import { errorValue } from './error-kinds';
import { toRow } from './rows';
import type { SnapdTransport } from './transport';

/** A call of snapctl as a snap makes it. */
export interface SnapctlCall {
  args: readonly string[];
  /** `SNAP_COOKIE` or `SNAP_CONTEXT` of the snap; without it little more than `-h` works. */
  contextId?: string;
  /** For the few commands that read it (`fde-setup-result`); at most 4 MB. */
  stdin?: Uint8Array;
  /** Has long operations answer with their change at once (`install --no-wait` and the like). */
  async?: boolean;
}

/** What the command printed. A failed command is an answer too: look at the exit code. */
export interface SnapctlResult {
  stdout: string;
  stderr: string;
  /** 0 for success. */
  'exit-code': number;
  /** The change that an asynchronous command started. */
  'change-id'?: string;
}

/**
 * snapctl, for programs in a snap. snapd serves it on `/run/snapd-snap.socket` alone, so this is a client of its own over
 * a transport to that socket: everything else refuses it (403). The caller is told by its process, not by its user.
 */
export class SnapctlClient {
  private readonly caller: SnapdCaller;

  constructor(transport: SnapdTransport, options?: CallerOptions) {
    this.caller = new SnapdCaller(transport, options);
  }

  /**
   * @throws SnapdError status 403 for a command that this user may not run, 400 for one that is none; on the wrong socket
   *   403 with kind login-required
   */
  async run(call: SnapctlCall, options?: CallOptions): Promise<SnapctlResult> {
    const { args, contextId, stdin } = call;
    const json = {
      'context-id': contextId ?? '',
      args,
      ...(stdin && { stdin: Buffer.from(stdin).toString('base64') }),
    };
    const headers: Record<string, string> = call.async ? { 'x-snapctl-features': 'async' } : {};
    const request = { method: 'POST', path: '/v2/snapctl', json, headers } as const;
    try {
      const required = { stdout: 'string', stderr: 'string' } as const;
      const result = await this.caller.sync(request, options);
      return { ...toRow<SnapctlResult>(result, required, { method: 'POST', path: request.path }), 'exit-code': 0 };
    } catch (error) {
      const failed = errorValue(error, 'unsuccessful'); // a 200 of type error: the command's own failure
      if (failed) return failed;
      throw error;
    }
  }

  /** Closes the transport. */
  close(): void {
    this.caller.close();
  }
}
