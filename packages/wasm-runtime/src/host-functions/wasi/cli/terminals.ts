import type { HostInterface, HostMembers, ServedVersions } from '../../host-interface.js';
import { declared } from '../../served-wit.js';

/** No stream is a terminal, so no guest ever holds one of these. */
class TerminalInput {}
class TerminalOutput {}

const noTerminal = (): undefined => undefined;

const interfaces: Readonly<Record<string, HostMembers>> = {
  'terminal-input': { TerminalInput },
  'terminal-output': { TerminalOutput },
  'terminal-stdin': { getTerminalStdin: noTerminal },
  'terminal-stdout': { getTerminalStdout: noTerminal },
  'terminal-stderr': { getTerminalStderr: noTerminal },
};

/**
 * The `wasi:cli/terminal-*` interfaces, which are the same in all versions.
 *
 * @param version of their WIT
 */
export function terminalInterfaces(version: string, versions: ServedVersions): readonly HostInterface[] {
  return Object.entries(interfaces).map(([name, bound]) => ({
    ...declared(`wasi:cli/${name}@${version}`),
    ...versions,
    suspending: [],
    bind: () => bound,
  }));
}
