import type { HostImport } from '../../../engines/engine.js';
import type { HostInterface, ServedVersions } from '../../host-interface.js';

/** No stream is a terminal, so no guest ever holds one of these. */
class TerminalInput {}
class TerminalOutput {}

const noTerminal = (): undefined => undefined;

const interfaces: Readonly<Record<string, HostImport>> = {
  'terminal-input': { TerminalInput },
  'terminal-output': { TerminalOutput },
  'terminal-stdin': { getTerminalStdin: noTerminal },
  'terminal-stdout': { getTerminalStdout: noTerminal },
  'terminal-stderr': { getTerminalStderr: noTerminal },
};

/** The `wasi:cli/terminal-*` interfaces, which are the same in all versions. */
export function terminalInterfaces(versions: ServedVersions): readonly HostInterface[] {
  return Object.entries(interfaces).map(([name, bound]) => ({
    name: `wasi:cli/${name}`,
    ...versions,
    suspending: [],
    bind: () => bound,
  }));
}
