/** Version of this build: the workspace's, which a spec compares. */
export const AGENT_VERSION = '0.1.0';
