import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { providerTarget, writeProviderArchive } from '@wasmlattice/artifacts';
import { createSigningKey, signComponent } from '@wasmlattice/identity';
import { createTempDir } from '@wasmlattice/test-support';
import { paths } from './paths.js';
import { type Scenario, startScenario } from './scenario.js';

/** A host that stands where another one stood in a recording. */
export interface RecordedHost extends AsyncDisposable {
  readonly scenario: Scenario;
  /** What stands in a recording, in words of this host: its id, its keys, its files. */
  asHere(text: string): string;
}

/** Starts a host that has all that the recordings in `fixtures` name: components, signed or not, and archives of providers. */
export async function startRecordedHost(): Promise<RecordedHost> {
  await using started = new AsyncDisposableStack();
  const images = started.use(await createTempDir());
  const account = createSigningKey('account');
  const component = createSigningKey('module').publicKey;
  const [httpServer, keyvalue] = [
    createSigningKey('service').publicKey,
    createSigningKey('service').publicKey,
  ];
  const issuedAt = 1_700_000_000;

  const hello = await readFile(paths.hello);
  const metadata = { name: 'hello-world', tags: [], revision: 1, version: '0.1.0', provider: false };
  const { bytes: signed } = await signComponent(hello, { subject: component, issuedAt, metadata }, account);
  const program = `#!/usr/bin/env node\nimport(${JSON.stringify(pathToFileURL(paths.toldProvider).href)});\n`;
  const pack = async (name: string, subject: string): Promise<Uint8Array> => {
    const content = {
      programs: new Map([[providerTarget(process.arch, process.platform), Buffer.from(program)]]),
      metadata: { name, vendor: 'wasmcloud', revision: 0 },
      subject,
      issuedAt,
    };
    return (await writeProviderArchive(content, account, { compress: true })).bytes;
  };
  const files: readonly (readonly [name: string, bytes: Uint8Array])[] = [
    ['hw-signed.wasm', signed],
    ['hw-signed-b.wasm', signed],
    ['hw.wasm', hello],
    ['kvc.wasm', hello],
    ['http-server.par.gz', await pack('http-server', httpServer)],
    ['keyvalue-nats.par.gz', await pack('keyvalue-nats', keyvalue)],
  ];
  for (const [name, bytes] of files) await writeFile(join(images.path, name), bytes);

  const scenario = started.use(await startScenario({ args: ['--label', 'zone=lab'] }));
  const { response } = await scenario.lattice.ask('host.ping');
  const { friendly_name: friendlyName, version } = response as { friendly_name: string; version: string };
  const words: readonly (readonly [recorded: RegExp, here: string])[] = [
    [/HOST/g, scenario.host.id],
    [/ISSUER/g, account.publicKey],
    // Names of records have it in them, too.
    [/COMPONENT(?!_)/g, component],
    [/PROVIDER/g, httpServer],
    [/KEYVALUE/g, keyvalue],
    [/\/images\//g, `${images.path}/`],
    [/nats:\/\/127\.0\.0\.1:4333/g, scenario.nats.url],
    [/some-name-0001/g, friendlyName],
    [/"version":"1\.9\.2"/g, `"version":"${version}"`],
  ];
  const all = started.move();
  return {
    scenario,
    asHere: (text) => words.reduce((changed, [recorded, here]) => changed.replaceAll(recorded, here), text),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
