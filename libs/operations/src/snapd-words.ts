/** A text as Go prints it with %q, which snapd does to what it refuses. */
export const quoted = (text: string): string => JSON.stringify(text);

const RISKS: readonly string[] = ['stable', 'candidate', 'beta', 'edge'];

/** What snapd says of a channel it refuses (snapd snap/channel/channel.go); undefined for a good one. */
export function channelProblem(text: string): string | undefined {
  if (text === '') return 'channel name cannot be empty';
  const parts = text.split('/');
  if (parts.length > 3) return `channel name has too many components: ${text}`;
  const [track, risk, branch] = channelParts(parts);
  if (risk !== undefined && !RISKS.includes(risk)) return `invalid risk in channel name: ${text}`;
  if (track === '') return `invalid track in channel name: ${text}`;
  return branch === '' ? `invalid branch in channel name: ${text}` : undefined;
}

/** Track, risk and branch; the first of two is a risk when there is one of that name. */
function channelParts(parts: readonly string[]): readonly (string | undefined)[] {
  return parts.length < 3 && RISKS.includes(parts[0] ?? '') ? [undefined, ...parts] : parts;
}

/**
 * Whether a snap that tracks `tracking` follows what was asked: `2.0` is `2.0/stable`, and a risk alone is that risk of
 * the track the snap was on, `latest` for a new one.
 */
export function follows(tracking: string, asked: string): boolean {
  const [track, risk = 'stable', ...branch] = channelParts(asked.split('/'));
  const rest = [risk, ...branch].join('/');
  return track === undefined ? tracking.endsWith(`/${rest}`) : tracking === `${track}/${rest}`;
}

/** What snapd says of a validation set it refuses (snapd asserts/snapasserts); undefined for a good one. */
export function setProblem(text: string): string | undefined {
  const problem = problemInSet(text);
  return problem && `cannot parse validation set ${quoted(text)}: ${problem}`;
}

function problemInSet(text: string): string | undefined {
  const [key = '', sequence, ...more] = text.split('=');
  if (more.length > 0) return 'expected account/name=seq';
  if (sequence !== undefined && !/^[1-9][0-9]{0,9}$/.test(sequence)) return `invalid sequence: ${quoted(sequence)}`;
  const [account = '', name, ...parts] = key.split('/');
  if (name === undefined || parts.length > 0) return 'expected a single account/name';
  if (!/^(?:[a-z0-9A-Z]{32}|[-a-z0-9]{2,28})$/.test(account)) return `invalid account ID ${quoted(account)}`;
  if (!/^[a-z0-9](?:-?[a-z0-9])*$/.test(name)) return `invalid validation set name ${quoted(name)}`;
  return undefined;
}

/** What snapd says of a quota group's name it refuses (snapd snap/naming/validate.go); undefined for a good one. */
export function quotaGroupProblem(name: string): string | undefined {
  const problem = problemInGroupName(name);
  return problem && `invalid quota group name: ${problem}`;
}

function problemInGroupName(name: string): string | undefined {
  if (name === '') return 'must not be empty';
  if (name.length < 2 || name.length > 40) return 'must be between 2 and 40 characters long';
  if (!/^[a-z][a-z0-9-]*$/.test(name))
    return 'contains invalid characters (valid names start with a letter and are otherwise alphanumeric with dashes)';
  return /--|-$/.test(name) ? 'has invalid "-" sequences in it' : undefined;
}
