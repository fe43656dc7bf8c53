import { serveDiagnostics } from '@wasmlattice/diagnostics';
import type { LogBatch } from '@wasmlattice/telemetry';
import { connect } from 'nats';
import { describe, expect, it } from 'vitest';
import type { CliIo } from '../cli-io.js';
import { runCli } from '../program.js';
import { useCliScenario } from '../testing/cli-scenario.js';
import { someHostFigures } from '../testing/some-figures.js';
import { createTestIo } from '../testing/test-io.js';

const scenario = useCliScenario();
const { cli, host } = scenario;

/** A fake host that tells its figures, and its log to who follows. */
async function tellingHost() {
  await host();
  const connection = await connect({ servers: scenario.server.url });
  const followed = Promise.withResolvers<void>();
  const server = serveDiagnostics({
    connection,
    lattice: 'default',
    controlPrefix: 'wasmbus.ctl',
    hostId: 'NA1',
    figures: async () => someHostFigures(),
    onFollow: () => followed.resolve(),
  });
  await connection.flush();
  return {
    followed: followed.promise,
    logged: server.logged,
    async [Symbol.asyncDispose]() {
      server.close();
      await connection.close();
    },
  };
}

const batch = (message: string, dropped = 0): LogBatch => ({
  dropped,
  logs: [{ time: 0, level: 'info', target: 'component', message, attributes: { component: 'hello' } }],
});

describe('top', () => {
  it('shows figures once where the output is no terminal', async () => {
    await using _host = await tellingHost();
    const { code, output } = await cli('top');
    expect(output).toMatch(/calm-fox-0001 +1m/);
    expect(output).toMatch(/hello +- +20% +5 +1 +1\/10 +2/);
    expect(code).toBe(0);
  });

  it('shows them as JSON in the words of the lattice', async () => {
    await using _host = await tellingHost();
    const { output } = await cli('top', '--once', '-o', 'json');
    expect(JSON.parse(output)).toMatchObject([
      { version: 1, host_id: 'NA1', components: [{ id: 'hello', invocations: 5, max_instances: 10 }] },
    ]);
  });

  it('says which host tells none, and fails when all do', async () => {
    {
      await using _host = await tellingHost();
      await host({ hostId: 'NB2', friendlyName: 'calm-owl-0002' });
      const some = await cli('top');
      expect(some.errors).toContain('host calm-owl-0002 tells no figures');
      expect(some.code).toBe(0);
    }
    const none = await cli('top');
    expect(none.errors).toContain('none of 2 hosts in lattice `default` tells its figures');
    expect(none.code).toBe(1);
  });

  it('draws on a screen of its own in a terminal, and gives back the one there was', async () => {
    await using _host = await tellingHost();
    const io = createTestIo({ WASMLATTICE_NATS_URL: scenario.server.url });
    const drawn = Promise.withResolvers<void>();
    const texts: string[] = [];
    const terminal: CliIo = {
      ...io,
      terminal: { out: true, err: true, columns: 30, rows: 8 },
      out(text) {
        texts.push(text);
        if (text.includes('COMPONENT')) drawn.resolve();
      },
    };
    const running = runCli(['top'], terminal);
    await drawn.promise;
    io.interrupt();
    expect(await running).toBe(0);
    expect(texts[0]).toBe('\u001b[?1049h\u001b[?25l');
    expect(texts.at(-1)).toBe('\u001b[?25h\u001b[?1049l');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal takes for orders
    const lines = (texts[1] ?? '').replace(/\u001b\[\w/g, '').split('\n');
    expect(lines).toHaveLength(7);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(30);
  });
});

describe('logs', () => {
  const follow = async (...flags: string[]) => {
    const telling = await tellingHost();
    const io = createTestIo({ WASMLATTICE_NATS_URL: scenario.server.url });
    const running = runCli(['logs', ...flags], io);
    await telling.followed;
    return Object.assign(telling, { io, running });
  };

  it('shows lines as they come, without what they might order a terminal', async () => {
    await using telling = await follow('-f', 'hello');
    const { io } = telling;
    telling.logged(batch('a\u001b[2J\nb', 3));
    await expect.poll(() => io.output).toContain('component: a\\u001b[2J\\nb component=hello\n');
    expect(io.errors).toContain('3 lines of host');
    await expect.poll(() => io.errors).toContain('nothing with the id hello runs in lattice default now');
    io.interrupt();
    expect(await telling.running).toBe(0);
  });

  it('shows them as one JSON object a line', async () => {
    await using telling = await follow('-o', 'json');
    const { io } = telling;
    telling.logged(batch('one', 2));
    await expect.poll(() => io.output.split('\n')).toHaveLength(3);
    const [line, dropped] = io.output
      .trim()
      .split('\n')
      .map((text): unknown => JSON.parse(text));
    expect(line).toMatchObject({
      host_id: 'NA1',
      level: 'info',
      message: 'one',
      fields: { component: 'hello' },
    });
    expect(dropped).toEqual({ host_id: 'NA1', dropped: 2 });
    io.interrupt();
    expect(await telling.running).toBe(0);
  });

  it('ends with a failure in a lattice without hosts, and says which host shows none', async () => {
    const alone = await cli('logs', '--lattice', 'empty');
    expect(alone.code).toBe(3);
    await host();
    const io = createTestIo({ WASMLATTICE_NATS_URL: scenario.server.url });
    const running = runCli(['logs'], io);
    await expect.poll(() => io.errors).toContain('warning: host calm-fox-0001 shows no log');
    io.interrupt();
    expect(await running).toBe(0);
  });
});

describe('graph', () => {
  it('draws the lattice in the language that is asked for', async () => {
    await host();
    await cli('link', 'put', 'hello', 'store', 'wasi', 'keyvalue', '--interface', 'store');
    expect((await cli('graph')).output).toContain('-->|"wasi:keyvalue/store"|');
    expect((await cli('graph', '--format', 'dot')).output).toContain('"hello" -> "store"');
    const { output } = await cli('graph', '-o', 'json');
    expect(JSON.parse(output)).toMatchObject({
      hosts: [{ id: 'NA1', name: 'calm-fox-0001' }],
      workloads: [
        { id: 'hello', kind: 'missing', host_ids: [] },
        { id: 'store', kind: 'missing' },
      ],
      links: [{ source: 'hello', target: 'store', interfaces: 'wasi:keyvalue/store', name: 'default' }],
    });
  });
});
