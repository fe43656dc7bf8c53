/**
 * A command line of `wash`, or `http PATH TEXT`, a request to what was deployed, until the answer has the text. Names in braces stand for what differs between the two
 * lattices or from run to run: `{host}`, `{port}`, and files.
 */
export interface WashStep {
  readonly command: string;
  /** Why the two hosts may differ here. What they say is compared all the same, and told. */
  readonly differs?: string;
}

const errorTexts = 'texts of errors: ours name more';
const oldCode = 'theirs goes on to answer with the code from before an update';

/** All that `wash` says to a lattice without wadm, failures included, in an order in which each finds what it needs. */
export const washSteps: readonly WashStep[] = [
  { command: 'get hosts -o json' },
  { command: 'get hosts' },
  { command: 'get inventory -o json' },
  { command: 'get inventory {host}' },
  { command: 'get links -o json' },
  { command: 'get claims -o json' },
  { command: 'label {host} zone=a,tier=edge' },
  { command: 'label {host} zone --delete' },
  { command: 'label {host} hostcore.os=x' },
  { command: 'label {host} hostcore.os --delete' },
  { command: 'get inventory {host} -o json' },
  { command: 'config put alpha k=v n=1 -o json' },
  { command: 'config get alpha -o json' },
  { command: 'config get nope' },
  { command: 'config put alpha k=w' },
  { command: 'config del nope' },
  { command: 'config put httpcfg address=127.0.0.1:{port}' },
  { command: 'secrets put token nats-kv token --version 1 -o json' },
  { command: 'secrets get token -o json' },
  { command: 'secrets get nope' },
  { command: 'secrets del token' },
  { command: 'secrets get token' },
  { command: 'start component file://{hello} hello --host-id {host} -o json' },
  { command: 'start component file://{hello} hello --host-id {host}' },
  { command: 'start component file://{hello} hello2 --max-instances 5 --config alpha' },
  { command: 'start component file:///none.wasm nope --host-id {host}', differs: errorTexts },
  {
    command: 'start component file://{hello} unconfigured --host-id {host} --config nope',
    differs: errorTexts,
  },
  { command: 'start component file://{hello} noauction --constraint zone=mars --auction-timeout-ms 1500' },
  { command: 'start component file://{hello} chosen --constraint tier=edge --auction-timeout-ms 1500' },
  { command: 'stop component chosen' },
  { command: 'start provider file://{httpServer} http --host-id {host} --config alpha -o json' },
  { command: 'start provider file://{httpServer} http --host-id {host}' },
  { command: 'start provider file:///none-provider ghost --host-id {host}', differs: errorTexts },
  { command: 'link put http hello wasi http --interface incoming-handler --source-config httpcfg -o json' },
  { command: 'link put http hello wasi http --interface incoming-handler --source-config httpcfg' },
  { command: 'link put http hello2 wasi http --interface incoming-handler --source-config httpcfg' },
  {
    command:
      'link put http hello2 wasi http --interface incoming-handler --source-config nope --link-name other',
  },
  { command: 'http /?name=golden Hello' },
  { command: 'link query -o json' },
  { command: 'get links' },
  { command: 'scale component {host} file://{hello} hello --max-instances 7 -o json' },
  { command: 'scale component {host} file://{hello} hello --max-instances 0' },
  { command: 'get inventory {host} -o json' },
  { command: 'scale component {host} file://{hello} hello --max-instances 3' },
  { command: 'http /again Hello' },
  { command: 'update component hello file://{helloAgain} --host-id {host} -o json' },
  { command: 'http /updated next one', differs: oldCode },
  { command: 'update component nope file://{helloAgain} --host-id {host}' },
  { command: 'update component hello file://{helloAgain}' },
  { command: 'call hello wasi:http/incoming-handler.handle', differs: oldCode },
  { command: 'call nobody wasi:http/incoming-handler.handle' },
  { command: 'get claims -o json' },
  { command: 'link del http wasi http -o json' },
  { command: 'link del http wasi http' },
  { command: 'link del nobody wasi http' },
  { command: 'link put http hello wasi http --interface incoming-handler --source-config httpcfg' },
  { command: 'link del --all --force' },
  { command: 'get links -o json' },
  { command: 'stop component hello --host-id {host} -o json' },
  { command: 'stop component hello' },
  { command: 'stop component hello2' },
  { command: 'stop provider http --host-id {host} -o json' },
  { command: 'stop provider http' },
  { command: 'config del alpha' },
  { command: 'get inventory {host} -o json' },
  { command: 'stop host {host} -o json' },
  { command: 'get hosts -o json' },
  { command: 'stop host {host}' },
];
