import { freePort } from '@wasmlattice/test-support';
import { putLink, serveHttp, startComponent } from '../src/deploy.js';
import { callByHand } from '../src/foreign-caller.js';
import { startHttpLoad } from '../src/http-load.js';
import { joinLattice } from '../src/lattice.js';
import { eventually } from './eventually.js';
import { greeting } from './guests.js';
import type { Interop } from './interop.js';
import { startOurHost } from './our-host.js';

const area = 'two versions of ours';
const lattice = 'lattice-versions';

/** One lattice of a host of an older build and one of this: calls, HTTP, records, and a replacement under load. */
export async function mixVersions({ nats, files, report, olderHost }: Interop): Promise<void> {
  if (olderHost === undefined) {
    throw new Error('OLDER_HOST is not set: name apps/host/dist/main.js of an older build');
  }
  await using joined = await joinLattice(nats, lattice);
  const args = ['--lattice', lattice];
  await using older = await startOurHost({ nats, args, program: olderHost });
  await using newer = await startOurHost({ nats, args });
  const hosts = { older, newer };
  const sides = ['older', 'newer'] as const;
  const start = (side: (typeof sides)[number], id: string, wasm: string): Promise<void> =>
    startComponent(joined, hosts[side], { id, wasm, maxInstances: 8 });

  await report.try(area, 'components of both call each other', async () => {
    for (const side of sides) await start(side, `chain-${side}`, files.chain);
    await putLink(joined, { source: 'chain-older', target: 'chain-newer', interface: 'test:chain/links' });
    await putLink(joined, { source: 'chain-newer', target: 'chain-older', interface: 'test:chain/links' });
    for (const side of sides) {
      const subject = `${lattice}.chain-${side}.wrpc.0.0.1.test:chain/links@1.0.0.count`;
      const { hex } = await (await callByHand(joined.connection, subject, '06')).results('');
      if (hex !== '06') throw new Error(`the call returned ${hex}`);
    }
  });
  await report.try(area, 'links put to either are known to both, none lost and none twice', async () => {
    const count = 60;
    await Promise.all(
      Array.from({ length: count }, (_, number) =>
        putLink(joined, {
          source: `source-${number % 3}`,
          target: `target-${number}`,
          name: `link-${number}`,
          interface: 'test:demo/run',
        }),
      ),
    );
    // Whichever host answers.
    for (let times = 0; times < 8; times++) {
      await eventually(async () => {
        const { response } = await joined.succeed('link.get');
        const names = (response as { name: string }[])
          .map(({ name }) => name)
          .filter((name) => name.startsWith('link-'));
        if (names.length !== count || new Set(names).size !== count) {
          throw new Error(`a host knows ${names.length} links, not ${count}`);
        }
      });
    }
  });
  for (const front of sides) {
    const back = front === 'older' ? 'newer' : 'older';
    await report.try(area, `HTTP at the ${front} one reaches a component of the ${back} one`, async () => {
      await start(back, `hello-${back}`, files.hello);
      const url = await serveHttp(joined, hosts[front], `hello-${back}`, await freePort());
      const text = await (await fetch(url)).text();
      if (text !== greeting) throw new Error(`${url} answered ${text}`);
    });
  }
  await report.try(area, 'the older one is replaced by the newer one without a lost request', async () => {
    for (const side of sides) await start(side, 'both', files.hello);
    const load = startHttpLoad(await serveHttp(joined, newer, 'both', await freePort()), 8);
    await load.answers(200);
    const code = await older.stop();
    await load.answers(200);
    const { statuses } = await load.end();
    if (code !== 0 || statuses.size !== 1 || !statuses.has(200)) {
      throw new Error(`it ended with ${code}; there were answers with ${[...statuses].join(', ')}`);
    }
  });
}
