import type { CallOptions, SnapdCaller } from './caller';
import { snapdPath } from './path';
import { toRow, toRows } from './rows';

/** A prompt or rule; its fields depend on the interface (snapd interfaces/prompting). */
export type PromptingRow = { id: string } & Record<string, unknown>;

/** A person's answer to a prompt. */
export interface PromptReply {
  action: 'allow' | 'deny';
  lifespan: string;
  duration?: string;
  constraints: Record<string, unknown>;
}

const rowFields = { id: 'string' } as const;
const PROMPTS = ['interfaces', 'requests', 'prompts'] as const;
const RULES = ['interfaces', 'requests', 'rules'] as const;

/** Prompts of confined apps and the rules made from the answers; both belong to the calling user. */
export class Prompting {
  constructor(private readonly caller: SnapdCaller) {}

  /** @throws SnapdError kind apparmor-prompting-not-running where the feature is off, as for all of these */
  prompts(options?: CallOptions): Promise<PromptingRow[]> {
    return this.list(snapdPath(...PROMPTS), options);
  }

  rules(options?: CallOptions): Promise<PromptingRow[]> {
    return this.list(snapdPath(...RULES), options);
  }

  /** Answers a prompt. */
  async reply(id: string, reply: PromptReply, options?: CallOptions): Promise<void> {
    await this.caller.sync({ method: 'POST', path: snapdPath(...PROMPTS, id), json: reply }, options);
  }

  /** Adds a rule. */
  async addRule(rule: Record<string, unknown>, options?: CallOptions): Promise<PromptingRow> {
    const request = { method: 'POST', path: snapdPath(...RULES), json: { action: 'add', rule } } as const;
    const result = await this.caller.sync(request, options);
    return toRow<PromptingRow>(result, rowFields, { method: 'POST', path: request.path });
  }

  /** Removes a rule and returns it. */
  async removeRule(id: string, options?: CallOptions): Promise<PromptingRow> {
    const request = { method: 'POST', path: snapdPath(...RULES, id), json: { action: 'remove' } } as const;
    const result = await this.caller.sync(request, options);
    return toRow<PromptingRow>(result, rowFields, { method: 'POST', path: request.path });
  }

  private async list(path: string, options?: CallOptions): Promise<PromptingRow[]> {
    return toRows<PromptingRow>(await this.caller.get(path, options), rowFields, { method: 'GET', path });
  }
}
