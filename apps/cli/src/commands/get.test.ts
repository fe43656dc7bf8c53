import { startNatsServer } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { runCli } from '../program.js';
import { useCliScenario } from '../testing/cli-scenario.js';
import { createTestIo } from '../testing/test-io.js';

const scenario = useCliScenario();
const { host, cli } = scenario;
const firstId = 'NA1';
const secondId = 'NB2';

describe('get', () => {
  it('lists the hosts as a table', async () => {
    await host({ labels: { zone: 'a' } });
    const { code, errors, output } = await cli('get', 'hosts');
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
    expect(output).toBe(
      'NAME           HOST ID  VERSION  UPTIME  LABELS\ncalm-fox-0001  NA1      1.2.3    5s      zone=a\n',
    );
  });

  it('lists the hosts as JSON with the field names of the protocol', async () => {
    await host();
    const { output } = await cli('get', 'hosts', '--output', 'json');
    expect(JSON.parse(output)).toMatchObject([{ id: firstId, friendly_name: 'calm-fox-0001' }]);
  });

  it('lists what tokens say, as a table and as JSON with the field names of the protocol', async () => {
    const kv = {
      kind: 'provider',
      issuer: 'AI',
      name: 'kv',
      revision: '2',
      subject: 'V1',
      version: '0.2.0',
    } as const;
    const more = { callAlias: '', tags: ['a'] };
    await host({ claims: [kv, { ...kv, ...more, kind: 'component', name: 'hello', subject: 'M1' }] });
    expect((await cli('get', 'claims')).output).toBe(
      [
        'NAME   KIND       VERSION  REVISION  SUBJECT  ISSUER',
        'hello  component  0.2.0    2         M1       AI',
        'kv     provider   0.2.0    2         V1       AI',
        '',
      ].join('\n'),
    );
    expect(JSON.parse((await cli('get', 'claims', '-o', 'json')).output)).toMatchObject([
      { sub: 'M1', iss: 'AI', tags: 'a' },
      { sub: 'V1', rev: '2' },
    ]);
  });

  it('says what to do when no host answers', async () => {
    const { code, errors } = await cli('get', 'hosts', '--lattice', 'empty');
    expect(code).toBe(3);
    expect(errors).toBe(
      'error: no host answers in lattice `empty`\ncheck: start one with `wasmlattice up`, or name another lattice with --lattice\n',
    );
  });

  it('shows the inventory of a host by the beginning of its name', async () => {
    const calm = await host();
    await host({ hostId: secondId, friendlyName: 'bold-owl-0002' });
    calm.components.set('hello', {
      id: 'hello',
      imageRef: 'file:///hello.wasm',
      annotations: {},
      maxInstances: 4,
      revision: 0,
    });
    const { output } = await cli('get', 'inventory', 'calm');
    expect(output).toContain('Host calm-fox-0001 (NA1), version 1.2.3, up 5s');
    expect(output).toMatch(/hello\s+4\s+file:\/\/\/hello\.wasm/);
    expect(output).not.toContain('bold-owl');
    expect((await cli('get', 'inventory')).output).toContain('bold-owl');
  });

  it('shows how providers crashed, with their last words', async () => {
    const { providers } = await host();
    const provider = { imageRef: '/srv/kv', revision: 0, annotations: {} };
    const crashes = {
      count: 4,
      isLoop: true,
      reason: 'exited with code 7',
      lastLines: ['loading', 'no key'],
    };
    providers.set('kv', { ...provider, id: 'kv', crashes });
    providers.set('once', { ...provider, id: 'once', crashes: { ...crashes, count: 1, isLoop: false } });
    const { output } = await cli('get', 'inventory');
    expect(output).toMatch(/^kv +crash loop /m);
    expect(output).toMatch(/^once +running /m);
    expect(output).toContain(
      'provider kv crashed 4 times in a row; the last time: exited with code 7\n  | loading\n  | no key\n',
    );
    expect(output).toContain('provider once crashed once;');
  });

  it('refuses a host name that fits several or none', async () => {
    await host();
    await host({ hostId: secondId, friendlyName: 'calm-owl-0002' });
    const several = await cli('get', 'inventory', 'calm');
    expect(several.code).toBe(2);
    expect(several.errors).toContain('`calm` fits 2 hosts');
    expect((await cli('get', 'inventory', 'x')).errors).toContain('calm-owl-0002 (NB2)');
  });

  it('shows the inventory whenever it has changed, if it is to be watched', async () => {
    const { components } = await host();
    const io = createTestIo({ WASMLATTICE_NATS_URL: scenario.server.url });
    const watching = runCli(['get', 'inventory', '-w', '20ms', '-t', '200'], io);
    const patience = { timeout: 30_000, interval: 20 };
    await expect.poll(() => io.output, patience).toContain('calm-fox-0001');
    const description = { imageRef: 'file:///x', annotations: {}, revision: 0 };
    components.set('late', { ...description, id: 'late', maxInstances: 1 });
    await expect.poll(() => io.output, patience).toContain('late');
    io.interrupt();
    expect(await watching).toBe(0);
    expect(io.output.match(/^Host /gm)).toHaveLength(2);
    expect(io.errors).toBe('');
  }, 60_000);

  it('lists links', async () => {
    await host();
    await cli(
      'link',
      'put',
      'hello',
      'store',
      'wasi',
      'keyvalue',
      '--interface',
      'store',
      '--interface',
      'atomics',
    );
    const { output } = await cli('get', 'links');
    expect(output).toMatch(/hello\s+store\s+wasi:keyvalue\/store,atomics\s+default/);
    expect((await cli('get', 'links', '-o', 'json')).output).toContain('"source_id": "hello"');
  });

  it('streams events until it is interrupted', async () => {
    await host();
    const io = createTestIo({ WASMLATTICE_NATS_URL: scenario.server.url });
    const seen = Promise.withResolvers<void>();
    const line = Promise.withResolvers<string>();
    const running = runCli(['get', 'events', '--output', 'json'], {
      ...io,
      out: (text) => line.resolve(text),
      signal: io.signal,
    });
    // The stream says nothing until an event comes: puts go on until one is seen.
    void line.promise.then(() => seen.resolve());
    let done = false;
    void seen.promise.then(() => {
      done = true;
    });
    while (!done) await cli('config', 'put', 'greeting', 'word=hello');
    expect(JSON.parse(await line.promise)).toMatchObject({
      source: firstId,
      type: 'com.wasmcloud.lattice.config_set',
      data: { config_name: 'greeting' },
    });
    io.interrupt();
    expect(await running).toBe(0);
  });

  it('streams on after a restart of the server, and tells of both its end and its return', async () => {
    const first = await startNatsServer();
    const io = createTestIo({ WASMLATTICE_NATS_URL: first.url });
    const running = runCli(['get', 'events'], io);
    await expect.poll(() => io.errors).toContain('events of lattice default');
    await first[Symbol.asyncDispose]();
    await expect.poll(() => io.errors).toContain('warning: NATS connection lost, reconnecting\n');
    await using _second = await startNatsServer({ port: first.port });
    await expect.poll(() => io.errors).toContain('note: NATS connection is back\n');
    io.interrupt();
    expect(await running).toBe(0);
  });
});
