import { appSteps } from './app-commands.js';
import { washSteps } from './wash-commands.js';

/** A command line of `wash`, and why ours may end otherwise there. */
export interface WordsStep {
  readonly command: string;
  readonly differs?: string;
}

/** Each spelling that `wash` knows and {@link washSteps} do not use. */
const spellings: readonly { readonly command: string }[] = [
  { command: 'get hosts -r {natsHost} -p {natsPort} -x default -t 2000' },
  { command: 'get hosts --ctl-credsfile /none.creds' },
  { command: 'config put wordy a=b --js-domain nowhere' },
  { command: 'label {host} a=b,c=d' },
  { command: 'start component file://{hello} wordy -c zone=mars --auction-timeout-ms 500' },
  { command: 'start component file://{hello} wordy --max-instances 2 --skip-wait' },
  { command: 'scale component {host} file://{hello} wordy -c 4 -a x=y --wait-timeout-ms 5000' },
  { command: 'start provider wasmcloud+builtin://http-server wordy-http -l default --skip-wait' },
  { command: 'link put wordy-http wordy wasi http --interface incoming-handler -l other' },
  { command: 'link query' },
  { command: 'link del wordy-http wasi http -l other' },
  { command: 'link put wordy-http wordy wasi http --interface incoming-handler' },
  { command: 'link del --all --force' },
  { command: 'get inventory {host}' },
  { command: 'get inventory nobody' },
  { command: 'get nothing' },
  { command: 'get hosts --nothing' },
  { command: 'config put wordy' },
  { command: 'config put wordy text' },
  { command: 'start component file://{hello}' },
  { command: 'start component file://{hello} wordy2 --max-instances many' },
  { command: 'scale component {host} file://{hello} wordy' },
  { command: 'stop component wordy --skip-wait' },
  { command: 'stop provider wordy-http --host-id {host} --skip-wait' },
  { command: 'stop component nobody' },
  { command: 'stop provider nobody' },
  { command: 'update component nobody file://{hello}' },
  { command: 'call nobody wasi:http/incoming-handler.handle -t 1000' },
  { command: 'inspect {hello}' },
  { command: 'inspect {hello} -o json' },
  { command: 'inspect {hello} --wit' },
  { command: 'inspect {httpServer}' },
  { command: 'inspect /none.wasm' },
  { command: 'completions -d /tmp bash' },
  { command: 'get hosts -p 1' },
  { command: 'get hosts -p x' },
  { command: 'app validate /none.yaml' },
  { command: 'app put /none.yaml' },
  { command: 'app deploy /none.yaml' },
];

const toldAsError = 'what does nothing there and ends with 0 is an error here';
const wrongInput = 'wrong values, files and manifests end with 2 here, with 1 there';
const noServer = 'without a server it ends with 3 here, with 1 there';
const otherWay = 'what is left out of our command line';

const unserved = 'a link that does not work is told here: its provider has no address';

const differences: Readonly<Record<string, string>> = {
  'label {host} hostcore.os=x': toldAsError,
  'label {host} hostcore.os --delete': toldAsError,
  'config del nope': toldAsError,
  'secrets del nope': toldAsError,
  'link del http wasi http': toldAsError,
  'link del nobody wasi http': toldAsError,
  'app status nope': toldAsError,
  'app status nope -o json': toldAsError,
  'app undeploy nope': toldAsError,
  'app delete shop v2': toldAsError,
  'app validate {misspelt}': toldAsError,
  'app put {unquoted}': wrongInput,
  'app put {misspelt}': wrongInput,
  'app put {latest}': wrongInput,
  'app put {oddName}': wrongInput,
  'app put {noText}': wrongInput,
  'app put {dangling}': wrongInput,
  'app put {twice}': wrongInput,
  'app validate /none.yaml': wrongInput,
  'app put /none.yaml': wrongInput,
  'app deploy /none.yaml': wrongInput,
  'inspect /none.wasm': wrongInput,
  'config put wordy text': wrongInput,
  'get hosts --ctl-credsfile /none.creds': wrongInput,
  'get hosts -p x': wrongInput,
  'scale component {host} file://{hello} wordy': wrongInput,
  'get hosts -p 1': noServer,
  'link put wordy-http wordy wasi http --interface incoming-handler -l other': unserved,
  'link put wordy-http wordy wasi http --interface incoming-handler': unserved,
  'call hello wasi:http/incoming-handler.handle': otherWay,
  'inspect {hello} --wit': otherWay,
  'completions -d /tmp bash': otherWay,
  'app deploy {v2}': 'what is deployed already is no mistake here',
};

/** Ours wait until what is deployed runs, and these never do. */
const neverRun = /\{(v4|missing)\}/;

export const wordsSteps: readonly WordsStep[] = [...washSteps.slice(0, -3), ...spellings, ...appSteps]
  .map(({ command }) => command)
  .filter((command) => !/^(until|http) /.test(command) && !neverRun.test(command))
  .map((command) => {
    const differs = differences[command];
    return differs === undefined ? { command } : { command, differs };
  });
