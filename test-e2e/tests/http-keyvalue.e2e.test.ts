import { randomBytes } from 'node:crypto';
import { type Collector, type ReceivedSpan, startCollector } from '@wasmlattice/telemetry-otlp/testing';
import { freePort } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkKeyvalue, putLink, serveHttp, startComponent } from '../src/deploy.js';
import { observedBy } from '../src/observed.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

function startObserved(endpoint: string, args: readonly string[] = []): Promise<Scenario> {
  const observed = observedBy(endpoint);
  return startScenario({ ...observed, args: [...observed.args, ...args] });
}

/** The component that counts visits in a bucket, at a URL. */
async function deployCounter({ lattice, host }: Scenario): Promise<string> {
  await linkKeyvalue(lattice, host, 'counter', 'visits');
  // A provider announces itself when its process runs; until it has subscribed, calls find nobody.
  await host.child.waitForLine(/the provider serves/);
  await startComponent(lattice, host, { id: 'counter', wasm: paths.counter, maxInstances: 4 });
  const url = await serveHttp(lattice, host, 'counter', await freePort());
  return url;
}

/** A request within a trace of its own. */
async function visit(url: string): Promise<{ status: number; traceId: string; spanId: string }> {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  const response = await fetch(url, { headers: { traceparent: `00-${traceId}-${spanId}-01` } });
  await response.arrayBuffer();
  return { status: response.status, traceId, spanId };
}

/** The spans of a trace, once there is one of each name. */
function traceWith(collector: Collector, traceId: string, ...names: string[]): Promise<ReceivedSpan[]> {
  return collector.until(({ spans }) => {
    const trace = spans.filter((span) => span.traceId === traceId);
    return names.every((name) => trace.some((span) => span.name === name)) ? trace : undefined;
  });
}

describe('a request that becomes a call of a provider', () => {
  let collector: Collector;
  let scenario: Scenario;
  let url: string;
  beforeAll(async () => {
    collector = await startCollector();
    scenario = await startObserved(collector.url);
    url = await deployCounter(scenario);
  });
  afterAll(async () => {
    await scenario?.[Symbol.asyncDispose]();
    await collector?.close();
  });

  it('is one trace: the request, the call of the component, the invocation of the provider', async () => {
    const { status, traceId, spanId } = await visit(`${url}/a?token=secret`);
    expect(status).toBe(200);
    const trace = await traceWith(collector, traceId, 'http_request', 'invoke', 'provider_invocation');
    const [request] = trace.filter(({ name }) => name === 'http_request');
    expect(request).toMatchObject({
      parentSpanId: spanId,
      kind: 'server',
      service: 'wasmcloud-host',
      attributes: {
        component_id: 'counter',
        'http.request.method': 'GET',
        'http.response.status_code': 200,
        'url.path': '/a',
      },
      error: undefined,
    });
    const [call] = trace.filter(({ name }) => name === 'invoke');
    expect(call).toMatchObject({
      parentSpanId: request?.spanId,
      kind: 'client',
      service: 'wasmcloud-host',
      attributes: {
        component_id: 'counter',
        target: 'keyvalue',
        instance: 'wrpc:keyvalue/atomics@0.2.0-draft',
        func: 'increment',
        link_name: 'default',
      },
    });
    const [served] = trace.filter(({ name }) => name === 'provider_invocation');
    expect(served).toMatchObject({
      parentSpanId: call?.spanId,
      kind: 'server',
      attributes: {
        provider_id: 'keyvalue',
        instance: 'wrpc:keyvalue/atomics@0.2.0-draft',
        func: 'increment',
      },
    });
    // One thread, one clock: the call lies within the request.
    expect(request?.start).toBeLessThanOrEqual(call?.start ?? 0);
    expect(request?.end).toBeGreaterThanOrEqual(call?.end ?? Number.POSITIVE_INFINITY);
  });

  it('is measured', async () => {
    await visit(url);
    const point = (name: string, attributes: Readonly<Record<string, unknown>>) =>
      collector.until(({ points }) =>
        points.findLast(
          (each) =>
            each.name === name &&
            Object.entries(attributes).every(([key, value]) => each.attributes[key] === value),
        ),
      );
    const operation = 'wrpc:keyvalue/atomics@0.2.0-draft/increment';
    const called = await point('wasmlattice.component.call.duration', { operation, outcome: 'ok' });
    expect(called.attributes).toMatchObject({ 'component.id': 'counter', target: 'keyvalue' });
    expect(called.value).toBeGreaterThanOrEqual(1);
    await point('http.server.request.duration', {
      'component.id': 'counter',
      'http.response.status_code': 200,
    });
    await point('wasmcloud_host.component.invocations', { host: scenario.host.id });
    await point('wasmlattice.component.calls', { path: 'lattice', reason: 'not on this host' });
    await point('wasmlattice.provider.invocation.duration', {
      'provider.id': 'keyvalue',
      operation,
      outcome: 'ok',
    });
    expect((await point('wasmcloud_host.component.max_instances', { 'component.id': 'counter' })).value).toBe(
      4,
    );
    // Not the parameters of a request.
    scenario.lattice.connection.publish(
      'default.counter.wrpc.0.0.1.wrpc:http/incoming-handler@0.1.0.handle',
      new Uint8Array(32).fill(0xff),
      { reply: 'nobody' },
    );
    expect((await point('wasmlattice.rpc.refused_calls', { kind: 'bad-params' })).value).toBe(1);
    const { host: address } = new URL(url);
    await fetch(url, { method: 'LIST' });
    const refused = { reason: 'unknown-method', address };
    expect((await point('wasmlattice.http.refused_requests', refused)).value).toBe(1);
    // Nothing runs any more.
    await collector.until(
      ({ points }) =>
        points.findLast(({ name }) => name === 'wasmcloud_host.component.active_instances')?.value === 0 ||
        undefined,
    );
  });

  it('logs what the guest says within its span, and what the host says from its start on', async () => {
    const { traceId } = await visit(`${url}/logged`);
    const said = await collector.until(({ logs }) => logs.find((log) => log.traceId === traceId));
    expect(said).toMatchObject({
      severity: 'INFO',
      body: expect.stringMatching(/^visit \d+ of \/logged$/),
      service: 'wasmcloud-host',
      attributes: { component: 'counter', target: 'component' },
    });
    const trace = await traceWith(collector, traceId, 'http_request');
    expect(trace.find(({ name }) => name === 'http_request')?.spanId).toBe(said.spanId);
    await collector.until(({ logs }) => logs.find(({ body }) => body === 'host started'));
  });

  it('traces control commands, too', async () => {
    await scenario.lattice.succeed('config.put.any', { a: '1' });
    await collector.until(({ spans }) => spans.find(({ name }) => name === 'control request'));
  });

  it('has delivered everything when the host has stopped', async () => {
    await using own = await startCollector();
    await using stopped = await startObserved(own.url);
    const { traceId } = await visit(`${await deployCounter(stopped)}/last`);
    expect(await stopped.host.stop()).toBe(0);
    expect(
      own.spans
        .filter((span) => span.traceId === traceId)
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['http_request', 'invoke', 'provider_invocation']);
  });
});

describe.each([
  ['in the thread of the caller', 'on', 'local'],
  ['over the lattice', 'off', 'lattice'],
])('a call between components of one host, %s', (_where, localRpc, path) => {
  let collector: Collector;
  let scenario: Scenario;
  let url: string;
  beforeAll(async () => {
    collector = await startCollector();
    scenario = await startObserved(collector.url, ['--local-rpc', localRpc]);
    const { lattice, host } = scenario;
    await startComponent(lattice, host, { id: 'ops', wasm: paths.ops, maxInstances: 4 });
    await startComponent(lattice, host, { id: 'caller', wasm: paths.caller, maxInstances: 4 });
    await putLink(lattice, { source: 'caller', target: 'ops', interface: 'test:ops/shapes' });
    url = await serveHttp(lattice, host, 'caller', await freePort());
  });
  afterAll(async () => {
    await scenario?.[Symbol.asyncDispose]();
    await collector?.close();
  });

  /** The spans of a request, each with the name of its parent. */
  async function spansOf(route: string) {
    const { traceId, spanId } = await visit(`${url}${route}`);
    const trace = await traceWith(collector, traceId, 'http_request', 'invoke', 'component_invocation');
    const nameOf = (id: string): string | undefined =>
      id === spanId ? 'the client' : trace.find((span) => span.spanId === id)?.name;
    const spans = trace
      .map(({ name, kind, parentSpanId, attributes, error }) => ({
        name,
        kind,
        within: nameOf(parentSpanId),
        attributes,
        failed: error !== undefined,
      }))
      .sort((a, b) => (a.name < b.name ? 1 : -1));
    return { spans, traceId };
  }

  const instance = 'test:ops/shapes@1.0.0';
  const called = (func: string, error?: string) => ({
    component_id: 'caller',
    target: 'ops',
    instance,
    func,
    link_name: 'default',
    ...(error === undefined ? {} : { 'error.type': error }),
  });
  const served = (func: string, error?: string) => ({
    component_id: 'ops',
    component_ref: `file://${paths.ops}`,
    instance,
    func,
    ...(error === undefined ? {} : { 'error.type': error }),
  });
  const requested = (route: string, status: number, error?: string) => ({
    component_id: 'caller',
    'http.request.method': 'GET',
    'url.path': route,
    'http.response.status_code': status,
    ...(error === undefined ? {} : { 'error.type': error }),
  });

  it('has these spans', async () => {
    expect((await spansOf('/add')).spans).toEqual([
      { name: 'invoke', kind: 'client', within: 'http_request', attributes: called('add'), failed: false },
      {
        name: 'http_request',
        kind: 'server',
        within: 'the client',
        attributes: requested('/add', 200),
        failed: false,
      },
      {
        name: 'component_invocation',
        kind: 'server',
        within: 'invoke',
        attributes: served('add'),
        failed: false,
      },
    ]);
    await collector.until(({ points }) =>
      points.find((point) => point.name === 'wasmlattice.component.calls' && point.attributes.path === path),
    );
  });

  it('fails with these spans', async () => {
    const { spans } = await spansOf('/fail');
    expect(spans).toEqual([
      {
        name: 'invoke',
        kind: 'client',
        within: 'http_request',
        attributes: called('fail', 'peer-failed'),
        failed: true,
      },
      {
        name: 'http_request',
        kind: 'server',
        within: 'the client',
        attributes: requested('/fail', 500, 'TrapError'),
        failed: true,
      },
      {
        name: 'component_invocation',
        kind: 'server',
        within: 'invoke',
        attributes: served('fail', 'TrapError'),
        failed: true,
      },
    ]);
  });

  it('logs what the callee says with the id of the trace', async () => {
    const { traceId } = await spansOf('/note');
    await scenario.host.child.waitForLine(new RegExp(`noted a call.*trace_id=${traceId}`));
  });
});

describe('a collector that is of no use', () => {
  it('neither breaks calls nor the stop when nobody listens there, and is reported once', async () => {
    await using scenario = await startObserved('http://127.0.0.1:1');
    const url = await deployCounter(scenario);
    const complaint = /telemetry could not be delivered/g;
    await scenario.host.child.waitForLine(/telemetry could not be delivered/);
    const visits = await Promise.all(Array.from({ length: 20 }, () => visit(url)));
    expect(visits.map(({ status }) => status)).toEqual(visits.map(() => 200));
    expect(await scenario.host.stop()).toBe(0);
    // One for each signal, of the host and of its provider.
    expect(scenario.host.child.output().match(complaint)?.length).toBeLessThanOrEqual(6);
  });

  it('neither breaks calls nor the stop when it never answers', async () => {
    await using collector = await startCollector({ silent: true });
    await using scenario = await startObserved(collector.url);
    const url = await deployCounter(scenario);
    const visits = await Promise.all(Array.from({ length: 20 }, () => visit(url)));
    expect(visits.map(({ status }) => status)).toEqual(visits.map(() => 200));
    expect(await scenario.host.stop()).toBe(0);
  });
});

describe('a host without telemetry', () => {
  it('hands the trace of a request on to what its component calls', async () => {
    await using scenario = await startScenario();
    const url = await deployCounter(scenario);
    const seen = Promise.withResolvers<string | undefined>();
    const { connection } = scenario.lattice;
    connection.subscribe('default.keyvalue.wrpc.>', {
      callback: (_error, message) => seen.resolve(message.headers?.get('traceparent')),
    });
    await connection.flush();
    const { traceId, spanId } = await visit(url);
    expect(await seen.promise).toBe(`00-${traceId}-${spanId}-01`);
  });
});
