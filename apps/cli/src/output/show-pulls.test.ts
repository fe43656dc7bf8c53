import { artifactPullProgress, createNatsEventPublisher } from '@wasmlattice/events';
import { connect } from 'nats';
import { expect, it } from 'vitest';
import type { GlobalOptions } from '../global-options.js';
import { useCliScenario } from '../testing/cli-scenario.js';
import { createTestIo } from '../testing/test-io.js';
import { showPulls } from './show-pulls.js';

const scenario = useCliScenario();

/** What is told of a pull of 20 MB that is half way, a bit more, and over. */
async function pull(output: GlobalOptions['output'], isTerminal: boolean): Promise<string> {
  const connection = await connect({ servers: scenario.server.url });
  try {
    const io = createTestIo();
    const texts: string[] = [];
    const options = { output } as GlobalOptions;
    const shown = await showPulls({
      connection,
      lattice: 'default',
      options,
      io: {
        ...io,
        ...(isTerminal && { terminal: { out: true, err: true, columns: 60 } }),
        err: (text) => texts.push(text),
      },
    });
    const publisher = createNatsEventPublisher({ connection, lattice: 'default', source: 'NHOST567890' });
    for (const receivedBytes of [10e6, 11e6, 20e6]) {
      const progress = { hostId: 'NHOST567890', imageRef: 'r.example/x:1', receivedBytes, totalBytes: 20e6 };
      await publisher.publish(artifactPullProgress(progress));
    }
    // What was published before comes before the answer.
    await connection.flush();
    await shown[Symbol.asyncDispose]();
    return texts.join('');
  } finally {
    await connection.close();
  }
}

it('tells on a line now and then how far a host is', async () => {
  expect(await pull('text', false)).toBe(
    'fetching r.example/x:1: 10.0 MB of 20.0 MB (host NHOST567)\nfetched r.example/x:1: 20.0 MB (host NHOST567)\n',
  );
});

it('writes one line over and over on a terminal, and leaves none', async () => {
  const line = (megabytes: string): string =>
    `fetching r.example/x:1: ${megabytes} of 20.0 MB (host NHOST567)`;
  const clear = '\r\u001b[2K';
  expect(await pull('text', true)).toBe(`${line('10.0 MB')}${clear}${line('11.0 MB')}${clear}`);
});

it('tells programs nothing', async () => {
  expect(await pull('json', false)).toBe('');
});
