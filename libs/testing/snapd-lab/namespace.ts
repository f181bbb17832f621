import { SnapdUnavailableError } from './errors';
import { runTool, ToolError } from './run-tool';

/** How snapd is set apart from the machine: the words put before its command, and whether it has mounts of its own. */
export interface Namespace {
  command: readonly string[];
  ownMounts: boolean;
}

const mountOnly = ['unshare', '--mount'];
const userAndMount = ['unshare', '--user', '--map-root-user', '--mount'];
const plain: Namespace = { command: [], ownMounts: false };

/**
 * Picks the least this machine allows: mounts of its own (root), a user namespace with mounts (anybody), or, for a root
 * without CAP_SYS_ADMIN, nothing: then reboots keep the boot id and /var/lib/snapd/inhibit is shared by all labs.
 * @throws SnapdUnavailableError for an ordinary user where user namespaces are forbidden
 */
export async function findNamespace(isRoot = process.getuid?.() === 0): Promise<Namespace> {
  const refusals: string[] = [];
  for (const command of isRoot ? [mountOnly, userAndMount] : [userAndMount]) {
    const refusal = await refusalOf(command);
    if (refusal === undefined) return { command, ownMounts: true };
    refusals.push(refusal);
  }
  if (isRoot) return plain;
  throw new SnapdUnavailableError(
    `cannot run snapd as an ordinary user: ${refusals.join('; ')}. Allow unprivileged user namespaces ` +
      '(sysctl kernel.apparmor_restrict_unprivileged_userns=0, user.max_user_namespaces > 0) or run as root',
  );
}

async function refusalOf(command: readonly string[]): Promise<string | undefined> {
  const [tool = '', ...args] = command;
  try {
    // a bind mount is what the lab needs, not the namespace alone
    await runTool(tool, [...args, 'mount', '--bind', '/etc/passwd', '/etc/passwd']);
    return undefined;
  } catch (error) {
    if (error instanceof ToolError) return error.message;
    throw error;
  }
}
