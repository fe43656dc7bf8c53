import { type HostInterface, wasi02 } from '../../host-interface.js';
import { declared } from '../../served-wit.js';
import { emptySource, InputStream } from '../io/index.js';
import { exit, exitWithCode, getArguments, getEnvironment, initialCwd } from './command.js';
import { stderr, stdout } from './output-stream.js';
import { terminalInterfaces } from './terminals.js';

const environment: HostInterface = {
  ...declared('wasi:cli/environment@0.2.12'),
  ...wasi02,
  suspending: [],
  bind: () => ({ getEnvironment, getArguments, initialCwd }),
};

const exitInterface: HostInterface = {
  ...declared('wasi:cli/exit@0.2.12'),
  ...wasi02,
  suspending: [],
  bind: () => ({ exit, exitWithCode }),
};

const stdin: HostInterface = {
  ...declared('wasi:cli/stdin@0.2.12'),
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
  ...terminalInterfaces('0.2.12', wasi02),
];
