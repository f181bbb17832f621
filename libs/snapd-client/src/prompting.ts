import type { CallOptions, SnapdCaller } from './caller';
import { snapdPath, withQuery } from './path';
import { toRow, toRows } from './rows';

/** How long an answer holds: `single` for replies only, `timespan` together with a `duration`. */
export type PromptLifespan = 'single' | 'session' | 'timespan' | 'forever';

/** Something a confined app wants to do and waits for leave to (snapd interfaces/prompting/requestprompts). */
export interface Prompt {
  /** Sixteen hexadecimal digits. */
  id: string;
  /** Made or last changed; Go RFC3339Nano. */
  timestamp?: string;
  snap?: string;
  interface?: string;
  pid?: number;
  cgroup?: string;
  /** Depends on the interface; `path` for home. */
  constraints?: {
    path?: string;
    'requested-permissions'?: string[];
    'available-permissions'?: string[];
    [field: string]: unknown;
  };
}

/** A person's answer to a prompt. */
export interface PromptReply {
  action: 'allow' | 'deny';
  lifespan: PromptLifespan;
  /** Go duration, e.g. `10m`; with lifespan timespan only. */
  duration?: string;
  /** For home `{"path-pattern": …, "permissions": […]}`; must cover what was requested. */
  constraints: { 'path-pattern'?: string; permissions?: string[]; [field: string]: unknown };
}

/** What a rule says of one permission. */
export interface PermissionEntry {
  outcome: 'allow' | 'deny';
  lifespan: Exclude<PromptLifespan, 'single'>;
  /** Go duration; with lifespan timespan only. */
  duration?: string;
}

/** The same as it is kept: with the time it ends and not with a duration. */
export interface RulePermission {
  outcome: 'allow' | 'deny';
  lifespan: Exclude<PromptLifespan, 'single'>;
  /** 0001-01-01T00:00:00Z, or absent, for never. */
  expiration?: string;
  'session-id'?: string;
}

/** A standing answer (snapd interfaces/prompting/requestrules). */
export interface PromptingRule {
  id: string;
  timestamp?: string;
  /** Number of the user it holds for. */
  user?: number;
  snap?: string;
  interface?: string;
  constraints?: {
    'path-pattern'?: string;
    permissions?: Record<string, RulePermission>;
    [field: string]: unknown;
  };
}

/** A rule to be made. */
export interface NewPromptingRule {
  snap: string;
  interface: string;
  constraints: { 'path-pattern'?: string; permissions: Record<string, PermissionEntry>; [field: string]: unknown };
}

/** Changes to a rule: what is left out stays, a permission of null goes. */
export interface PromptingRulePatch {
  constraints: {
    'path-pattern'?: string;
    permissions?: Record<string, PermissionEntry | null>;
    [field: string]: unknown;
  };
}

/** Whose prompts and rules: as root, those of another user than root. */
export interface PromptingUser {
  userId?: number;
}

const rowFields = { id: 'string' } as const;
const PROMPTS = ['interfaces', 'requests', 'prompts'] as const;
const RULES = ['interfaces', 'requests', 'rules'] as const;

/**
 * Prompts of confined apps and the rules made from the answers; both belong to one user, the calling one unless told.
 * @throws SnapdError kind apparmor-prompting-not-running where the feature is off, for everything here
 */
export class Prompting {
  constructor(private readonly caller: SnapdCaller) {}

  /**
   * Asks whether a process of a snap may use an interface, prompting the user if need be; answers when that is known,
   * so give it minutes (snapd 2.75 and later).
   */
  async ask(question: { interface: string; pid: number }, options?: CallOptions): Promise<'allow' | 'deny'> {
    const path = '/v2/interfaces/requests';
    const result = await this.caller.sync({ method: 'POST', path, json: { action: 'ask', ...question } }, options);
    const required = { outcome: 'string' } as const;
    return toRow<{ outcome: 'allow' | 'deny' }>(result, required, { method: 'POST', path }).outcome;
  }

  async prompts(of: PromptingUser = {}, options?: CallOptions): Promise<Prompt[]> {
    const path = withQuery(snapdPath(...PROMPTS), { 'user-id': of.userId });
    return toRows<Prompt>(await this.caller.get(path, options), rowFields, { method: 'GET', path });
  }

  /** @throws SnapdError kind interfaces-requests-prompt-not-found */
  async prompt(id: string, of: PromptingUser = {}, options?: CallOptions): Promise<Prompt> {
    const path = withQuery(snapdPath(...PROMPTS, id), { 'user-id': of.userId });
    return toRow<Prompt>(await this.caller.get(path, options), rowFields, { method: 'GET', path });
  }

  /**
   * Answers a prompt.
   * @returns ids of other prompts that the answer settled too
   * @throws SnapdError kind interfaces-requests-reply-not-match-request, -rule-conflict, -prompt-not-found, …
   */
  async reply(id: string, reply: PromptReply, of: PromptingUser = {}, options?: CallOptions): Promise<string[]> {
    const path = withQuery(snapdPath(...PROMPTS, id), { 'user-id': of.userId });
    const settled = await this.caller.sync({ method: 'POST', path, json: reply }, options);
    return Array.isArray(settled) ? settled.filter((other) => typeof other === 'string') : [];
  }

  async rules(
    filter: PromptingUser & { snap?: string; interface?: string } = {},
    options?: CallOptions,
  ): Promise<PromptingRule[]> {
    const query = { snap: filter.snap, interface: filter.interface, 'user-id': filter.userId };
    const path = withQuery(snapdPath(...RULES), query);
    return toRows<PromptingRule>(await this.caller.get(path, options), rowFields, { method: 'GET', path });
  }

  /** @throws SnapdError kind interfaces-requests-rule-not-found */
  async rule(id: string, of: PromptingUser = {}, options?: CallOptions): Promise<PromptingRule> {
    const path = withQuery(snapdPath(...RULES, id), { 'user-id': of.userId });
    return toRow<PromptingRule>(await this.caller.get(path, options), rowFields, { method: 'GET', path });
  }

  /** @throws SnapdError kind interfaces-requests-rule-conflict, its value names the rules, or -invalid-fields */
  async addRule(rule: NewPromptingRule, of: PromptingUser = {}, options?: CallOptions): Promise<PromptingRule> {
    const path = withQuery(snapdPath(...RULES), { 'user-id': of.userId });
    return this.change(path, { action: 'add', rule }, options);
  }

  /** Removes every rule of a snap, of an interface or of both, and returns them. At least one must be given. */
  async removeRules(
    selector: { snap?: string; interface?: string },
    of: PromptingUser = {},
    options?: CallOptions,
  ): Promise<PromptingRule[]> {
    const path = withQuery(snapdPath(...RULES), { 'user-id': of.userId });
    const result = await this.caller.sync({ method: 'POST', path, json: { action: 'remove', selector } }, options);
    return toRows<PromptingRule>(result, rowFields, { method: 'POST', path });
  }

  /** Returns the rule as it is then. */
  async patchRule(
    id: string,
    rule: PromptingRulePatch,
    of: PromptingUser = {},
    options?: CallOptions,
  ): Promise<PromptingRule> {
    const path = withQuery(snapdPath(...RULES, id), { 'user-id': of.userId });
    return this.change(path, { action: 'patch', rule }, options);
  }

  /** Removes a rule and returns it. */
  async removeRule(id: string, of: PromptingUser = {}, options?: CallOptions): Promise<PromptingRule> {
    const path = withQuery(snapdPath(...RULES, id), { 'user-id': of.userId });
    return this.change(path, { action: 'remove' }, options);
  }

  private async change(path: string, json: object, options?: CallOptions): Promise<PromptingRule> {
    const result = await this.caller.sync({ method: 'POST', path, json }, options);
    return toRow<PromptingRule>(result, rowFields, { method: 'POST', path });
  }
}
