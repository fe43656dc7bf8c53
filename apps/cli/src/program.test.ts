import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCli } from './program.js';
import { useCliScenario } from './testing/cli-scenario.js';
import { createTestIo } from './testing/test-io.js';
import { cliVersion } from './version.js';

const scenario = useCliScenario();
const { host, cli } = scenario;

describe('options', () => {
  it('are understood before and after the command, the nearer one wins', async () => {
    await host();
    const io = createTestIo({ WASMCLOUD_LATTICE: 'nowhere' });
    const code = await runCli(
      [
        '--lattice',
        'elsewhere',
        '--nats-url',
        scenario.server.url,
        'get',
        'hosts',
        '--lattice',
        'default',
        '--timeout-ms',
        '2000',
      ],
      io,
    );
    expect(code).toBe(0);
  });

  it('take host and port from the variables of the host', async () => {
    await host();
    const io = createTestIo({
      WASMCLOUD_CTL_HOST: '127.0.0.1',
      WASMCLOUD_CTL_PORT: String(scenario.server.port),
    });
    expect(await runCli(['get', 'hosts', '--timeout-ms', '2000'], io)).toBe(0);
  });

  it.each([
    [['get', 'hosts', '--ctl-port', 'x'], '--ctl-port is `x`'],
    [['get', 'hosts', '--timeout-ms', '0'], '--timeout-ms is `0`'],
    [['get', 'hosts', '--output', 'xml'], "argument 'xml' is invalid"],
    [['get', 'hosts', '--nats-url', 'http://x/y'], 'the NATS URL is `http://x/y`'],
    [['get', 'hosts', '--ctl-jwt', 'a.b.c'], '--ctl-jwt needs --ctl-seed'],
    [['get', 'hosts', '--ctl-host', 'a', '--nats-url', 'b'], 'exclude each other'],
    [['get', 'hosts', '--lattice', 'a.b'], 'invalid lattice "a.b"'],
    [['get', 'host'], "unknown command 'host'"],
    [['link', 'put', 'a', 'b', 'wasi', 'http'], "required option '--interface <name>' not specified"],
    [['config', 'get'], "missing required argument 'name'"],
  ])('%j is refused', async (argv, message) => {
    const io = createTestIo({ NATS_URL: scenario.server.url });
    expect(
      await runCli(argv, {
        ...io,
        env: argv.includes('a.b') ? { WASMLATTICE_NATS_URL: scenario.server.url } : {},
      }),
    ).toBe(2);
    expect(io.errors).toContain(message);
  });

  it('tells how to get to a server when there is none', async () => {
    const io = createTestIo();
    expect(await runCli(['get', 'hosts', '--nats-url', 'nats://127.0.0.1:1'], io)).toBe(3);
    expect(io.errors).toMatch(
      /^error: cannot connect to NATS at nats:\/\/127\.0\.0\.1:1: .*\ncheck: .*wasmlattice up.*\n$/,
    );
  });

  it('names a credentials file that is not there or is none', async () => {
    const missing = join(scenario.folder, 'none.creds');
    expect(await cli('get', 'hosts', '--ctl-creds', missing)).toMatchObject({
      code: 2,
      errors: expect.stringMatching(
        /^error: cannot read the NATS credentials file .*none\.creds: .*\ncheck: .*--ctl-creds/,
      ),
    });
    await writeFile(missing, 'not credentials');
    expect(await cli('get', 'hosts', '--ctl-creds', missing)).toMatchObject({
      code: 2,
      errors: expect.stringMatching(
        /^error: .*none\.creds is not a NATS credentials file: .*\ncheck: .*--ctl-creds/,
      ),
    });
  });

  it('give a program its errors as JSON, too', async () => {
    await host();
    for (const [argv, code, error] of [
      [['get', 'inventory', 'nobody', '-o', 'json'], 2, /nobody/],
      [['stop', 'component', 'nobody', '--output=json'], 1, /nobody/],
      [['get', 'nothing', '-o', 'json'], 2, /unknown command/],
    ] as const) {
      const outcome = await cli(...argv);
      expect([outcome.code, outcome.output]).toEqual([code, '']);
      expect(JSON.parse(outcome.errors)).toMatchObject({
        success: false,
        error: expect.stringMatching(error),
        check: expect.any(String),
      });
    }
  });

  it('have the short forms and the names of `wash`', async () => {
    await host();
    const place = ['-r', '127.0.0.1', '-p', String(scenario.server.port), '-t', '2000'];
    const io = createTestIo();
    expect([await runCli(['get', 'hosts', ...place], io), io.errors]).toEqual([0, '']);
    const none = createTestIo();
    const creds = ['--ctl-credsfile', join(scenario.folder, 'none.creds')];
    expect(await runCli(['get', 'hosts', ...place, ...creds], none)).toBe(2);
    expect(none.errors).toContain('none.creds');
  });

  it('show help and version', async () => {
    const help = createTestIo();
    expect(await runCli(['--help'], help)).toBe(0);
    expect(help.output).toContain('Deploy applications');
    const version = createTestIo();
    expect(await runCli(['--version'], version)).toBe(0);
    expect(version.output).toBe(`${cliVersion}\n`);
    const packageFile = await readFile(new URL('../package.json', import.meta.url), 'utf8');
    expect(JSON.parse(packageFile)).toMatchObject({ version: cliVersion });
    const incomplete = createTestIo();
    expect(await runCli(['get'], incomplete)).toBe(2);
    expect(incomplete.errors).toContain('hosts');
  });
});
