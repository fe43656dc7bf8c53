import { join } from 'node:path';
import { freePort, startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { answerOf } from './answer-of.js';
import { appSteps } from './app-commands.js';
import { writeAppFiles } from './app-files.js';
import { type ComparedSide, compareCommands, wordsOf } from './compare-commands.js';
import { eventually } from './eventually.js';
import type { Interop } from './interop.js';
import { startOurHost } from './our-host.js';
import { startWadm } from './wadm.js';
import { createWash, type WashOutcome, washSucceeds } from './wash.js';

const area = 'app';

/** Gives the same commands of `wash app` to wadm and to a host of ours that keeps applications, and compares what `wash` says. Both have a host of ours. */
export async function compareAppCommands(interop: Interop): Promise<void> {
  const { tools, home, files, report } = interop;
  await using opened = new AsyncDisposableStack();
  const side = async (
    name: string,
    keeper: (nats: TestNatsServer) => Promise<readonly string[]>,
  ): Promise<ComparedSide> => {
    const nats = opened.use(await startNatsServer());
    const flags = await keeper(nats);
    // wadm hears of a host by its heartbeat.
    const host = opened.use(
      await startOurHost({ nats, args: [...flags, '--heartbeat-interval-seconds', '5'] }),
    );
    const port = await freePort();
    const folder = join(home, 'app', name);
    const values = await writeAppFiles({ folder, files, port });
    const wash = createWash({ program: tools.wash, nats, lattice: 'default', home });
    // Who is there answers soon.
    await eventually(() => washSucceeds(wash, 'app', 'list'));
    return {
      names: new Map([
        [host.id, 'HOST'],
        [folder, 'FOLDER'],
        [`:${port}`, ':PORT'],
      ]),
      async run(command) {
        const words = wordsOf(command, values);
        if (words[0] === 'http')
          return await answerOf(`http://127.0.0.1:${port}${words[1]}`, words.slice(2).join(' '));
        if (words[0] !== 'until') return await wash(...words);
        return await untilStatus(() => wash('app', 'status', words[1] ?? '', '-o', 'json'), words[2] ?? '');
      },
    };
  };
  const theirs = await side('theirs', async (nats) => {
    opened.use(await startWadm({ tools, nats, home }));
    return [];
  });
  const ours = await side('ours', async () => ['--reconcile', 'true']);
  await compareCommands({ report, area }, { theirs, ours }, appSteps);
}

/** Asks for the status of an application until it is of a type. */
async function untilStatus(ask: () => Promise<WashOutcome>, type: string): Promise<WashOutcome> {
  await eventually(async () => {
    const { status } = JSON.parse((await ask()).stdout) as { status: { status: { type: string } } };
    if (status.status.type !== type) throw new Error(JSON.stringify(status));
  });
  return { exit: 0, stdout: type, stderr: '' };
}
