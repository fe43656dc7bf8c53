import { expect, it } from 'vitest';
import { runCli } from '../program.js';
import { useCliScenario } from '../testing/cli-scenario.js';
import { createTestIo, type TestIo } from '../testing/test-io.js';

const scenario = useCliScenario();

/** Runs `ui` until `look` has done with it. */
async function whileServed(argv: readonly string[], look: (io: TestIo) => Promise<void>): Promise<number> {
  const io = createTestIo({ WASMLATTICE_NATS_URL: scenario.server.url });
  const running = runCli(['ui', ...argv], io);
  await Promise.race([expect.poll(() => io.output).toContain('\n'), running]);
  await look(io);
  io.interrupt();
  return running;
}

it('serves a dashboard at the address it prints until it is interrupted', async () => {
  await scenario.host();
  let address = '';
  const code = await whileServed([], async ({ output }) => {
    expect(output).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}\n$/);
    const { origin, hash } = new URL(output.trim());
    address = origin;
    expect(await (await fetch(origin)).text()).toContain('<title>wasmlattice</title>');
    expect((await fetch(`${origin}/api/stream`)).status).toBe(401);
    const headers = { authorization: `Bearer ${hash.slice('#token='.length)}` };
    const stream = await fetch(`${origin}/api/stream`, { headers });
    const first = await stream.body?.getReader().read();
    expect(new TextDecoder().decode(first?.value)).toContain('calm-fox-0001');
  });
  expect(code).toBe(0);
  await expect(fetch(address)).rejects.toThrow();
});

it('is served beside a host that `up --ui` runs, as soon as its NATS server is there, and ends with it', async () => {
  await scenario.host();
  const { port } = new URL(scenario.server.url);
  const ended = Promise.withResolvers<number>();
  const io: TestIo = Object.assign(createTestIo(), {
    runHost: (flags: readonly string[]) => {
      io.hostRuns.push(flags);
      return ended.promise;
    },
  });
  const running = runCli(['up', '--nats-port', port, '--ui', '--label', 'zone=a'], io);
  await expect.poll(() => io.output).toContain('#token=');
  expect(io.hostRuns).toEqual([['--nats-port', port, '--label', 'zone=a']]);
  const { origin } = new URL(io.output.trim());
  expect((await fetch(origin)).status).toBe(200);
  ended.resolve(7);
  expect(await running).toBe(7);
  await expect(fetch(origin)).rejects.toThrow();
});

it('tells address and token apart in JSON', async () => {
  await whileServed(['--output', 'json', '--read-only'], async ({ output }) => {
    const { address, token, url } = JSON.parse(output);
    expect(url).toBe(`${address}#token=${token}`);
  });
});

it('says when its port is taken or none', async () => {
  await whileServed([], async ({ output }) => {
    const { port } = new URL(output.trim());
    const { code, errors } = await scenario.cli('ui', '--port', port);
    expect(code).toBe(1);
    expect(errors).toBe(
      `error: port ${port} is taken\ncheck: give another --port, or none for any that is free\n`,
    );
  });
  const { code, errors } = await scenario.cli('ui', '--port', '80x');
  expect([code, errors]).toEqual([2, 'error: the port is `80x`\ncheck: give a number from 0 to 65535\n']);
});
