import { ExitError } from '../../../errors.js';
import { type HostInterface, wasi02 } from '../../host-interface.js';
import { emptySource, InputStream } from '../io/index.js';
import { stderr, stdout } from './output-stream.js';

/** What upstream gives every component (docs/spec/component-runtime.md#3). */
const programArguments = ['main.wasm'];

const environment: HostInterface = {
  name: 'wasi:cli/environment',
  ...wasi02,
  suspending: [],
  bind: () => ({
    getEnvironment: (): [string, string][] => [],
    getArguments: (): string[] => [...programArguments],
    initialCwd: (): string | undefined => undefined,
  }),
};

const exit: HostInterface = {
  name: 'wasi:cli/exit',
  ...wasi02,
  suspending: [],
  bind: () => ({
    exit: (status: { readonly tag: 'ok' | 'err' }): never => {
      throw new ExitError(status.tag === 'ok' ? 0 : 1);
    },
    exitWithCode: (code: number): never => {
      throw new ExitError(code);
    },
  }),
};

const stdin: HostInterface = {
  name: 'wasi:cli/stdin',
  ...wasi02,
  suspending: [],
  bind: () => ({ getStdin: () => new InputStream(emptySource) }),
};

/** No stream is a terminal, so no guest ever holds one of these. */
class TerminalInput {}
class TerminalOutput {}

function terminalType(name: string, types: Readonly<Record<string, unknown>>): HostInterface {
  return { name: `wasi:cli/${name}`, ...wasi02, suspending: [], bind: () => types };
}

function noTerminal(name: string, functionName: string): HostInterface {
  return terminalType(name, { [functionName]: () => undefined });
}

/** `wasi:cli@0.2` without `run`, which components export. */
export const cliInterfaces: readonly HostInterface[] = [
  environment,
  exit,
  stdin,
  stdout,
  stderr,
  terminalType('terminal-input', { TerminalInput }),
  terminalType('terminal-output', { TerminalOutput }),
  noTerminal('terminal-stdin', 'getTerminalStdin'),
  noTerminal('terminal-stdout', 'getTerminalStdout'),
  noTerminal('terminal-stderr', 'getTerminalStderr'),
];
