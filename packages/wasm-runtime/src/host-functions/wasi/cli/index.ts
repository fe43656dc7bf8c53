import { type HostInterface, wasi02 } from '../../host-interface.js';
import { emptySource, InputStream } from '../io/index.js';
import { exit, exitWithCode, getArguments, getEnvironment, initialCwd } from './command.js';
import { stderr, stdout } from './output-stream.js';
import { terminalInterfaces } from './terminals.js';

const environment: HostInterface = {
  name: 'wasi:cli/environment',
  ...wasi02,
  suspending: [],
  bind: () => ({ getEnvironment, getArguments, initialCwd }),
};

const exitInterface: HostInterface = {
  name: 'wasi:cli/exit',
  ...wasi02,
  suspending: [],
  bind: () => ({ exit, exitWithCode }),
};

const stdin: HostInterface = {
  name: 'wasi:cli/stdin',
  ...wasi02,
  suspending: [],
  bind: () => ({ getStdin: () => new InputStream(emptySource) }),
};

/** `wasi:cli@0.2` without `run`, which components export. */
export const cliInterfaces: readonly HostInterface[] = [
  environment,
  exitInterface,
  stdin,
  stdout,
  stderr,
  ...terminalInterfaces(wasi02),
];
