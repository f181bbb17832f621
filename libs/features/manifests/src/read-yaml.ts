import { parseAllDocuments } from 'yaml';
import { InvalidRequestError } from '@corefleet/platform/errors';

/** An anchor may be used so often: a small text must not become a large value. */
const ALIASES_MOST = 100;
const DOCUMENTS_MOST = 200;

/**
 * The documents of a YAML stream, or of a JSON text, which YAML includes. Plain data only: no tags of its own, keys unique.
 * Documents that hold nothing are left out.
 * @throws InvalidRequestError with line and column, counted from 1
 */
export function readYaml(text: string): unknown[] {
  const documents = parseAllDocuments(text, { schema: 'core', uniqueKeys: true, merge: true, prettyErrors: true });
  if (documents.length > DOCUMENTS_MOST) throw unreadable(`has more than ${DOCUMENTS_MOST} documents`);
  return [...documents].flatMap((document, at) => {
    const error = document.errors[0] ?? document.warnings[0];
    if (error) {
      const { line, col } = error.linePos?.[0] ?? { line: 1, col: 1 };
      throw unreadable(`line ${line}, column ${col}: ${firstLine(error.message)}`);
    }
    const value = plain(() => document.toJS({ maxAliasCount: ALIASES_MOST }) as unknown, at);
    return value === null || value === undefined ? [] : [value];
  });
}

function plain(read: () => unknown, at: number): unknown {
  try {
    return read();
  } catch (error) {
    throw unreadable(`document ${at + 1}: ${firstLine(error instanceof Error ? error.message : String(error))}`);
  }
}

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');

function unreadable(message: string): InvalidRequestError {
  return new InvalidRequestError(`cannot read the manifest: ${message}`, [{ field: 'body', message }]);
}
