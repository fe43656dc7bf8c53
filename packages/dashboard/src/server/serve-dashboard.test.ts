import { componentScaled, hostStopped } from '@wasmlattice/events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EditAnswer } from '../model/edits.js';
import { type FakeLattice, startFakeLattice } from '../testing/fake-lattice.js';
import { ask, askAsPage, openStream } from '../testing/page-client.js';
import { type Dashboard, serveDashboard } from './serve-dashboard.js';

let lattice: FakeLattice;
let dashboard: Dashboard;

const hello = {
  id: 'hello',
  imageRef: 'registry.example/hello:1',
  annotations: {},
  revision: 0,
  maxInstances: 4,
  config: ['hello-config'],
};
const link = {
  sourceId: 'hello',
  target: 'kv',
  name: 'default',
  witNamespace: 'wasi',
  witPackage: 'keyvalue',
  interfaces: ['store'],
  sourceConfig: [],
  targetConfig: [],
};

beforeAll(async () => {
  lattice = await startFakeLattice();
  await lattice.host('NA1', { components: [hello] });
  lattice.configs.set('hello-config', { greeting: 'hi' });
  dashboard = await serveDashboard(lattice);
});
afterAll(async () => {
  await dashboard.close();
  await lattice[Symbol.asyncDispose]();
});

describe('who asks', () => {
  it('gets the page without a token, which no request for it bears', async () => {
    const { status, headers, text } = await ask(dashboard.address, '/');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).not.toContain(dashboard.token);
    expect(dashboard.url).toBe(`${dashboard.address}#token=${dashboard.token}`);
  });

  it('may run no script but those of the page, nor frame it', async () => {
    const { headers, text } = await ask(dashboard.address, '/');
    expect(headers['content-security-policy']).toMatch(
      /default-src 'none'; script-src 'self';.*frame-ancestors 'none'/,
    );
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|\son\w+=|style=/);
  });

  it.each([
    ['without a token', {}],
    ['with another token', { authorization: 'Bearer x' }],
    ['with the token in a cookie', { cookie: 'token=TOKEN' }],
  ])('gets nothing %s', async (_, headers) => {
    const given = JSON.parse(JSON.stringify(headers).replace('TOKEN', dashboard.token));
    for (const path of ['/api/stream', '/api/configs/hello-config', `/api/stream?token=${dashboard.token}`]) {
      const { status, text } = await ask(dashboard.address, path, { headers: given });
      expect([status, text]).toEqual([401, '']);
    }
  });

  it.each([
    ['by another host name', { host: 'evil.example' }],
    ['by another port', { host: '127.0.0.1:1' }],
    ['from another origin', { origin: 'http://evil.example' }],
    ['from a page that is opaque', { origin: 'null' }],
    ['from another site', { 'sec-fetch-site': 'cross-site' }],
    ['from another port of this machine', { 'sec-fetch-site': 'same-site' }],
  ])('gets nothing %s, token or not', async (_, headers) => {
    const all = { authorization: `Bearer ${dashboard.token}`, ...headers };
    for (const path of ['/', '/api/stream', '/api/configs/hello-config']) {
      const answer = await ask(dashboard.address, path, { headers: all });
      expect([answer.status, answer.text]).toEqual([403, '']);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('gets only files of the page by a path', async () => {
    for (const path of ['/../package.json', '/%2e%2e/package.json', '/assets/', '/index.html']) {
      expect((await ask(dashboard.address, path)).status, path).toBe(404);
    }
  });
});

describe('a page', () => {
  it('is told everything first, then what changes', async () => {
    await using stream = await openStream(dashboard);
    await stream.waitFor(({ kind }) => kind === 'hello');
    expect(stream.rows('hosts').get('NA1')).toMatchObject({ name: 'calm-fox-NA1', presence: 'here' });
    expect([...stream.rows('components').values()]).toMatchObject([{ id: 'hello', maxInstances: 4 }]);

    await lattice.host('NA1', { components: [{ ...hello, maxInstances: 9 }] });
    await lattice.emit(
      'NA1',
      componentScaled({ ...hello, componentId: 'hello', hostId: 'NA1', maxInstances: 9 }),
    );
    const changes = await stream.waitFor(
      (each) => each.kind === 'changes' && each.changes.components !== undefined,
    );
    expect(changes).toMatchObject({
      changes: { components: { set: { 'hello@NA1': { maxInstances: 9 } }, gone: [] } },
    });
    expect(Object.keys(changes.kind === 'changes' ? changes.changes : {})).toEqual(['components']);
    const told = stream.messages.flatMap((each) => (each.kind === 'changes' ? each.events : []));
    expect(told).toMatchObject([{ name: 'component_scaled', tone: 'good', about: ['hello'] }]);
  });

  it('sees a host go with all that ran on it', async () => {
    await lattice.host('NB2', { components: [{ ...hello, id: 'other' }] });
    await lattice.emit('NB2', componentScaled({ ...hello, componentId: 'other', hostId: 'NB2' }));
    await using stream = await openStream(dashboard);
    await stream.waitFor(() => stream.rows('components').has('other@NB2'));
    await lattice.emit('NB2', hostStopped({ labels: {} }));
    await stream.waitFor(() => !stream.rows('components').has('other@NB2'));
    await expect.poll(() => [...stream.rows('hosts').keys()]).toEqual(['NA1']);
  });
});

describe('an edit', () => {
  const post = async (path: string, body: unknown): Promise<EditAnswer & { status: number }> => {
    const { status, text } = await askAsPage(dashboard, path, { method: 'POST', body });
    return { status, ...(JSON.parse(text) as EditAnswer) };
  };

  it('of a config is made if it is as the page saw it', async () => {
    const name = 'made-here';
    expect(await post('/api/configs', { name, after: { a: '1' } })).toMatchObject({ status: 200, ok: true });
    expect(await post('/api/configs', { name, after: { a: '2' } })).toMatchObject({
      status: 409,
      message: 'config made-here has changed since you opened it: open it again',
    });
    expect(await post('/api/configs', { name, before: { a: '1' }, after: { a: '2' } })).toMatchObject({
      ok: true,
    });
    expect(lattice.configs.get(name)).toEqual({ a: '2' });
    expect(await post('/api/configs', { name, before: { a: '2' } })).toMatchObject({ ok: true });
    expect(lattice.configs.has(name)).toBe(false);
  });

  it('of a link waits for its outcome', async () => {
    expect(await post('/api/links', { after: link })).toMatchObject({ ok: true, message: 'The link is set' });
    const after = { ...link, interfaces: ['store', 'atomics'] };
    expect((await post('/api/links', { before: after, after })).status).toBe(409);
    expect(await post('/api/links', { before: link, after })).toMatchObject({ ok: true });
    expect(lattice.links).toEqual([after]);
    expect(await post('/api/links', { before: after })).toMatchObject({ ok: true });
    expect(lattice.links).toEqual([]);
  });

  it('that is not understood is refused', async () => {
    expect(await post('/api/configs', { name: 'x', after: { a: 1 } })).toMatchObject({ status: 400 });
    expect(await post('/api/links', {})).toMatchObject({ status: 400 });
    expect(await post('/api/links', { before: link, after: { ...link, target: 'b' } })).toMatchObject({
      status: 400,
    });
    const form = { authorization: `Bearer ${dashboard.token}`, 'content-type': 'text/plain' };
    expect(
      (await ask(dashboard.address, '/api/configs', { method: 'POST', headers: form, body: {} })).status,
    ).toBe(415);
  });

  it('never reads or writes a reference to a secret', async () => {
    lattice.configs.set('SECRET_db', { key: 'x' });
    expect((await askAsPage(dashboard, '/api/configs/SECRET_db')).status).toBe(403);
    expect((await post('/api/configs', { name: 'SECRET_db', after: {} })).status).toBe(403);
  });

  it('is refused where the dashboard is for looking only', async () => {
    const readOnly = await serveDashboard({ ...lattice, isReadOnly: true });
    try {
      const answer = await askAsPage(readOnly, '/api/links', { method: 'POST', body: { after: link } });
      expect(answer.status).toBe(403);
      expect((await askAsPage(readOnly, '/api/configs/hello-config')).text).toContain('"greeting":"hi"');
    } finally {
      await readOnly.close();
      await readOnly.close();
    }
  });
});

it('asks hosts for figures while a page looks on, and tells what happened between two answers', async () => {
  let reading = 0;
  await lattice.tellFigures('NA1', () => {
    reading += 1;
    const component = {
      id: 'hello',
      imageRef: hello.imageRef,
      maxInstances: 4,
      invocations: 20 * reading,
      errors: 2 * reading,
      refused: 0,
      running: 1,
      waiting: 0,
      durationMs: 0,
      durations: [20 * reading, 0],
      computedMs: 0,
    };
    return {
      hostId: 'NA1',
      friendlyName: 'calm-fox-NA1',
      version: '1.2.3',
      time: 2_000 * reading,
      uptimeSeconds: 1,
      process: { residentBytes: 1e8, cpuMs: 100 * reading, servingThreads: 1, budgets: [] },
      durationBoundsMs: [10],
      components: [component],
      providers: [],
    };
  });
  expect(reading).toBe(0);
  // One of its own: the other has found out already that the host tells nothing.
  const watching = await serveDashboard(lattice);
  try {
    await using stream = await openStream(watching);
    await stream.waitFor(() => stream.rows('figures').has('hello@NA1'));
    expect(stream.rows('figures').get('hello@NA1')?.calls).toEqual({
      rate: 10,
      errorRate: 1,
      p99Ms: 9.9,
      running: 1,
      waiting: 0,
    });
    expect(stream.rows('hostFigures').get('NA1')).toEqual({ hostId: 'NA1', residentBytes: 1e8, cores: 0.05 });
  } finally {
    await watching.close();
  }
});

it('tells what a component logs while a page follows it', async () => {
  const followed = Promise.withResolvers<void>();
  const served = await lattice.tellFigures(
    'NA9',
    () => {
      throw new Error('it tells its log alone');
    },
    followed.resolve,
  );
  const headers = { authorization: `Bearer ${dashboard.token}` };
  const leaving = new AbortController();
  const response = await fetch(new URL('/api/logs/hello', dashboard.address), {
    headers,
    signal: leaving.signal,
  });
  await followed.promise;
  const line = { time: 1, level: 'warn', target: 'component', message: 'low', traceId: 'ab' } as const;
  served.logged({ dropped: 0, logs: [{ ...line, attributes: { component: 'hello' } }] });
  const first = await response.body?.getReader().read();
  expect(JSON.parse(new TextDecoder().decode(first?.value).slice('data: '.length))).toEqual({
    kind: 'lines',
    lines: [{ time: 1, level: 'warn', hostId: 'NA9', message: 'low', traceId: 'ab' }],
    dropped: 0,
  });
  leaving.abort();
});

it('asks hosts for traces while a page looks at them, and tells each trace whole', async () => {
  const asked = Promise.withResolvers<void>();
  await lattice.host('NT1', {});
  const served = await lattice.tellFigures(
    'NT1',
    () => {
      throw new Error('it tells its traces alone');
    },
    undefined,
    asked.resolve,
  );
  // One of its own, which knows of the host.
  const watching = await serveDashboard(lattice);
  try {
    const response = await fetch(new URL('/api/traces', watching.address), {
      headers: { authorization: `Bearer ${watching.token}` },
    });
    await asked.promise;
    const context = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };
    const span = { name: 'invoke', kind: 'client', context, startMs: 1, endMs: 2, attributes: {} } as const;
    served.traced({ spans: [span], logs: [], dropped: 2 });
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      if (text.includes(context.traceId) && text.endsWith('\n\n')) break;
    }
    const told = text.split('\n\n').find((each) => each.includes(context.traceId)) ?? '';
    expect(JSON.parse(told.slice('data: '.length))).toMatchObject({
      kind: 'traces',
      traces: [{ id: context.traceId, spans: [{ id: context.spanId, hostId: 'NT1' }], lines: [] }],
      lost: 2,
    });
  } finally {
    await watching.close();
  }
});
