import { randomBytes } from 'node:crypto';
import { func, t } from '@wasmlattice/rpc';
import { createNatsInvoker } from '@wasmlattice/rpc/nats';
import { type Collector, startCollector } from '@wasmlattice/telemetry-otlp/testing';
import { freePort } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putLink, serveHttp, startComponent } from '../src/deploy.js';
import { engineArgs, engines } from '../src/engine-args.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

interface LogRecord {
  readonly level: string;
  readonly target: string;
  readonly fields: Readonly<Record<string, unknown>> & { readonly message: string };
}

/** The records of a host's log that are complete. */
function recordsOf(text: string): LogRecord[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogRecord);
}

/** The record of a trap that belongs to a trace. */
async function trapOf({ host }: Scenario, traceId: string, component: string): Promise<LogRecord> {
  const find = (text: string): LogRecord | undefined =>
    recordsOf(text).find(
      ({ level, fields }) =>
        level === 'ERROR' &&
        fields.trace_id === traceId &&
        fields.message.startsWith(`component ${component} trapped in `),
    );
  const text = await host.child.waitForOutput((output) => find(output) !== undefined);
  return find(text) as LogRecord;
}

async function visit(url: string): Promise<{ status: number; text: string; traceId: string }> {
  const traceId = randomBytes(16).toString('hex');
  const response = await fetch(url, { headers: { traceparent: `00-${traceId}-00000000000000aa-01` } });
  return { status: response.status, text: await response.text(), traceId };
}

const general = 'Component "probe" failed while it handled the request.\n';
const handler = 'wasi:http/incoming-handler@0.2.10 handle';
/** What the guest's own JavaScript engine wrote to stderr. */
const guestStack = /trap on request\nStack:\n {2}\/trap@probe\.js:\d+:\d+\n {2}handle@probe\.js:\d+:\d+\n/;

describe.each(engines)('a JavaScript guest that throws, on engine %s', (engine) => {
  let scenario: Scenario;
  let url: string;
  beforeAll(async () => {
    scenario = await startScenario({
      args: ['--enable-structured-logging', '--serving-threads', '1', ...engineArgs(engine)],
    });
    const { lattice, host } = scenario;
    await startComponent(lattice, host, { id: 'probe', wasm: paths.probe });
    url = await serveHttp(lattice, host, 'probe', await freePort());
  });
  afterAll(() => scenario?.[Symbol.asyncDispose]());

  it('is in the log with its own stack, and that of WebAssembly', async () => {
    const { status, traceId } = await visit(`${url}/trap`);
    expect(status).toBe(500);
    const { fields } = await trapOf(scenario, traceId, 'probe');
    expect(fields).toMatchObject({
      message: expect.stringMatching(`^component probe trapped in ${handler}: .*unreachable`),
      component: 'probe',
      export: handler,
      source_id: 'http-probe',
      guest_stderr: expect.stringMatching(guestStack),
      backtrace: expect.stringMatching(
        /^( {4}at [^\n]*wasm-function\[\d+\]\)?\n)+ {4}at wasi:http\/incoming-handler@0\.2\.10#handle \(wasm-function\[\d+\]\)$/,
      ),
    });
  });

  it('shows nothing of that to its client', async () => {
    expect((await visit(`${url}/trap`)).text).toBe(general);
  });

  it('does not flood the log', async () => {
    const before = scenario.host.child.output().length;
    for (let i = 0; i < 50; i++) await visit(`${url}/trap`);
    await fetch(`${url}/log?text=flooded`);
    const text = await scenario.host.child.waitForOutput((output) => /flooded.*\n/.test(output), before);
    const traps = recordsOf(text).filter(({ fields }) => fields.message.includes(' trapped in '));
    // Five in a minute, and another one may have begun.
    expect(traps.length).toBeLessThanOrEqual(10);
  });
});

describe('in development mode', () => {
  let scenario: Scenario;
  let url: string;
  beforeAll(async () => {
    scenario = await startScenario({ env: { WASMLATTICE_DEVELOPMENT_MODE: 'true' } });
    const { lattice, host } = scenario;
    await startComponent(lattice, host, { id: 'probe', wasm: paths.probe });
    url = await serveHttp(lattice, host, 'probe', await freePort());
  });
  afterAll(() => scenario?.[Symbol.asyncDispose]());

  it('a client sees why a guest trapped', async () => {
    const { status, text } = await visit(`${url}/trap`);
    expect(status).toBe(500);
    expect(text).toContain(
      `${general}\nTrapError: component "probe", ${handler}: the guest trapped: unreachable\n`,
    );
    expect(text).toMatch(
      /\n {4}at wasi:http\/incoming-handler@0\.2\.10#handle \(wasm-function\[\d+\]\)\nstderr of the guest:\n/,
    );
    expect(text).toMatch(guestStack);
    expect(text).not.toMatch(/wasmlattice\/|\.ts:|dist\//);
  });

  it('a client and the log see where a guest was when its time was up', async () => {
    const { lattice, host } = scenario;
    await startComponent(lattice, host, {
      id: 'spinner',
      wasm: paths.probe,
      limits: { max_execution_time: '1' },
    });
    const { status, text } = await visit(
      `${await serveHttp(lattice, host, 'spinner', await freePort())}/spin`,
    );
    expect(status).toBe(504);
    expect(text).toMatch(
      /^Component "spinner" did not answer in time: its limit "execution-time" is 1000 ms\.\n\nTrapError: /,
    );
    expect(text).toMatch(
      /\n {4}at [^\n]*wasm-function\[\d+\]\)?\n(.*\n)* {4}at wasi:http\/incoming-handler@0\.2\.10#handle \(wasm-function\[\d+\]\)\n$/,
    );
    expect(text).not.toMatch(/ at .*wasmlattice/);
    await host.child.waitForOutput((output) =>
      output.includes(
        `component spinner exceeded a limit in ${handler}: component "spinner" did not complete`,
      ),
    );
  });
});

describe('a guest that traps in a call of another', () => {
  let collector: Collector;
  let scenario: Scenario;
  let url: string;
  beforeAll(async () => {
    collector = await startCollector();
    scenario = await startScenario({
      args: [
        '--enable-structured-logging',
        '--enable-traces=true',
        '--override-observability-endpoint',
        collector.url,
        '--development-mode',
        'true',
      ],
      env: { OTEL_BSP_SCHEDULE_DELAY: '20', OTEL_EXPORTER_OTLP_TIMEOUT: '1000' },
    });
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

  it('is in the log with its caller and the link, as is its caller', async () => {
    const { status, traceId } = await visit(`${url}/fail`);
    expect(status).toBe(500);
    expect((await trapOf(scenario, traceId, 'ops')).fields).toMatchObject({
      export: 'test:ops/shapes@1.0.0 fail',
      source_id: 'caller',
      link_name: 'default',
      reason: 'unreachable',
    });
    expect((await trapOf(scenario, traceId, 'caller')).fields).toMatchObject({
      export: handler,
      source_id: 'http-caller',
      backtrace: expect.stringMatching(/^ {4}at host function test:ops\/shapes@1\.0\.0 fail$/),
    });
  });

  it('has its backtrace in its span', async () => {
    const { traceId } = await visit(`${url}/fail`);
    const span = await collector.until(({ spans }) =>
      spans.find((each) => each.traceId === traceId && each.name === 'component_invocation'),
    );
    expect(span.error).toContain('the guest trapped: unreachable');
    expect(span.exception).toMatchObject({
      'exception.type': 'TrapError',
      'exception.stacktrace': expect.stringMatching(
        /^TrapError: [^\n]*\n {4}at wasm-function\[\d+\]\n(.*\n)* {4}at test:ops\/shapes@1\.0\.0#fail \(wasm-function\[\d+\]\)/,
      ),
    });
  });

  it('tells of an exception that its runtime caught, too', async () => {
    const thrown = /caller\.js:\d+:\d+ RangeError: invalid array length/;
    const { status, text, traceId } = await visit(`${url}/reverse?bytes=-1`);
    expect(status).toBe(500);
    expect(text).toMatch(
      /^ERROR: .*\n\nIncompleteResponseError: the guest returned without finishing its response body\nstderr of the guest:\n/,
    );
    expect(text).toMatch(thrown);
    const find = (output: string): LogRecord | undefined =>
      recordsOf(output).find(
        ({ fields }) =>
          fields.message.startsWith('component caller left a request without a complete response: ') &&
          fields.trace_id === traceId,
      );
    const output = await scenario.host.child.waitForOutput((all) => find(all) !== undefined);
    expect(find(output)).toMatchObject({
      level: 'WARN',
      fields: { source_id: 'http-caller', guest_stderr: expect.stringMatching(thrown) },
    });
    const span = await collector.until(({ spans }) =>
      spans.find((each) => each.traceId === traceId && each.name === 'http_request'),
    );
    expect(span.exception?.['exception.stacktrace']).toMatch(thrown);
  });

  it('tells a caller over NATS no more than that it failed', async () => {
    const invoker = createNatsInvoker({ connection: scenario.lattice.connection, lattice: 'default' });
    const error: unknown = await invoker
      .invoke({ target: 'ops', instance: 'test:ops/shapes@1.0.0', func: func('fail', [], t.u32), params: [] })
      .catch((reason: unknown) => reason);
    await invoker.close();
    expect(error).toMatchObject({
      code: 'peer-failed',
      message: expect.stringContaining(
        'component "ops", test:ops/shapes@1.0.0 fail: the guest trapped: unreachable',
      ),
    });
    expect((error as Error).message).not.toMatch(/wasm-function|ops\.js/);
  });
});
