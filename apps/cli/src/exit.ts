import { CommanderError } from 'commander';

/** How the command ends: scripts read it. */
export const EXIT = {
  /** What was asked is so. */
  done: 0,
  /** It is not so: the audit was tampered with. */
  contradicted: 1,
  /** It could not be found out: wrong arguments, no answer, a file that cannot be read. */
  failed: 2,
  /** Nothing speaks against it, and not all of it is proven. */
  unproven: 3,
} as const;

/** What to say of an error, and how to end. Help that was asked for is none; commander has printed its own already. */
export function saidOf(error: unknown): { readonly code: number; readonly text?: string } {
  if (error instanceof CommanderError) return { code: error.exitCode === 0 ? EXIT.done : EXIT.failed };
  return { code: EXIT.failed, text: textOf(error) };
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { path } = error as NodeJS.ErrnoException;
  return path === undefined ? error.message : `cannot read ${path}: ${error.message}`;
}
