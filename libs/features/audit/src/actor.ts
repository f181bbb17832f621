/** Who does something: a person with a session, a person's API token, a schedule or policy, a device, or the system by itself. */
export interface Actor {
  readonly kind: 'person' | 'token' | 'schedule' | 'device' | 'system';
  /** Id of the user, token, schedule, policy or device; the name of the process for the system. */
  readonly id: string;
  /** How people call it, kept in the entry because names may change later. */
  readonly name: string;
  /** Address the request came from, when there was one. */
  readonly source?: string;
}
