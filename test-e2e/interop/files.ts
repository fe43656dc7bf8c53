import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { paths } from '../src/paths.js';
import { writeInteropGuests } from './guests.js';
import type { InteropFiles } from './interop.js';
import type { Tools } from './tools.js';
import { type Wash, washSucceeds } from './wash.js';

/** Makes components, signs two of them with `wash claims sign`, and packs providers with `wash par create`. */
export async function makeFiles(folder: string, tools: Tools, wash: Wash): Promise<InteropFiles> {
  await mkdir(folder, { recursive: true });
  const guests = await writeInteropGuests(join(folder, 'guests'));
  const sign = async (file: string, name: string, revision: number): Promise<string> => {
    const destination = join(folder, `${name}-signed-${revision}.wasm`);
    await washSucceeds(
      wash,
      ...['claims', 'sign', file, '--name', name, '--ver', `0.${revision}.0`, '--rev', String(revision)],
      ...['--destination', destination],
    );
    return destination;
  };
  const archive = async (name: string, binary: string): Promise<string> => {
    const destination = join(folder, `${name}.par.gz`);
    await washSucceeds(
      wash,
      ...['par', 'create', '--vendor', 'interop', '--name', name, '--binary', binary, '--compress'],
      ...['--version', '0.1.0', '--revision', '1', '--destination', destination],
    );
    return destination;
  };
  // An archive holds one file: a script that runs the program where it was built.
  const ours = async (name: string, program: string): Promise<string> => {
    const launcher = join(folder, `${name}-launcher`);
    await writeFile(launcher, `#!/bin/sh\nexec '${process.execPath}' '${program}'\n`);
    await chmod(launcher, 0o755);
    return await archive(name, launcher);
  };
  return {
    ...guests,
    hello: await sign(guests.hello, 'hello-world', 1),
    helloAgain: await sign(guests.helloAgain, 'hello-world', 2),
    httpServer: await archive('http-server', tools.httpServer),
    httpClient: await archive('http-client', tools.httpClient),
    keyvalueNats: await archive('keyvalue-nats', tools.keyvalueNats),
    messagingNats: await archive('messaging-nats', tools.messagingNats),
    ourKeyvalueNats: await ours('our-keyvalue-nats', paths.keyvalueProvider),
    ourBlobstoreFs: await ours('our-blobstore-fs', paths.blobstoreProvider),
    ourMessagingNats: await ours('our-messaging-nats', paths.messagingProvider),
  };
}
