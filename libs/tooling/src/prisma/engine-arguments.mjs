/** Flags of the native engine that take a value which means nothing here. */
const IGNORED_WITH_VALUE = new Set(['--enabled-preview-features', '--extension-types']);

/**
 * Reads the native engine's command line.
 * @returns `{version, datamodels, datasource, command}`; `datamodels` are paths, `datasource` is `{url, shadowDatabaseUrl}`
 */
export function parseEngineArguments(argv) {
  const options = { version: argv[0] === '--version', datamodels: [], datasource: undefined, command: [] };
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i];
    if (argument === '--datamodels') options.datamodels.push(argv[++i]);
    else if (argument === '--datasource') options.datasource = JSON.parse(argv[++i]);
    else if (IGNORED_WITH_VALUE.has(argument)) i++;
    else options.command.push(argument);
  }
  return options;
}
