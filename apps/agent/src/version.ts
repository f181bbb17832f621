import { version } from '../../../package.json';

/** Version of this build, that of the workspace. */
export const AGENT_VERSION = version;
