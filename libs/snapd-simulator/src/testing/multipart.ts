const BOUNDARY = '----a-form';

/** A multipart/form-data body: texts by field, then files with the names and contents they are uploaded under. */
export function multipart(
  fields: readonly (readonly [name: string, value: string])[],
  files: readonly (readonly [field: string, fileName: string, content: Uint8Array])[],
): { headers: Record<string, string>; body: Uint8Array } {
  const head = (name: string, more = ''): string =>
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`;
  const parts = [
    ...fields.map(([name, value]) => Buffer.from(`${head(name)}${value}\r\n`)),
    ...files.flatMap(([field, fileName, content]) => [
      Buffer.from(head(field, `; filename="${fileName}"\r\nContent-Type: application/octet-stream`)),
      content,
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`--${BOUNDARY}--\r\n`),
  ];
  return { headers: { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` }, body: Buffer.concat(parts) };
}
