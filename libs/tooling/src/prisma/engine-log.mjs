/** Writes one line to stderr in the native engine's form, which the Prisma CLI reads and shows. */
export function logEngine(level, message, extra = {}) {
  const fields = { message, ...extra };
  const entry = { timestamp: new Date().toISOString(), level, fields, target: 'schema_engine::logger' };
  process.stderr.write(`${JSON.stringify(entry)}\n`);
}
