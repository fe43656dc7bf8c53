import { createRecordingTracer, noopTracer, type SpanRecord, type Tracer } from '@wasmlattice/telemetry';
import { describe, expect, it } from 'vitest';
import { func, t } from '../builders.js';
import type { Invoker } from '../invoke.js';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '../memory/index.js';
import { RpcError } from '../rpc-error.js';
import type { CallContext, CallHandler, Server } from '../serve.js';
import { measureServer } from './measure-server.js';
import { traceInvoker } from './trace-invoker.js';
import { traceServer } from './trace-server.js';

const double = func('double', [['value', t.u32]], t.u32);

const caller = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** A caller and a server in one process, both traced by the same tracer. */
async function setUp(handler: CallHandler) {
  const spans: SpanRecord[] = [];
  const tracer: Tracer = createRecordingTracer({ record: (span) => spans.push(span) });
  const lattice = new MemoryLattice();
  const seen: CallContext[] = [];
  const server = traceServer(createMemoryServer({ lattice }), {
    tracer,
    spanName: 'component_invocation',
    attributes: { component_id: 'ops' },
  });
  await server.serve({
    target: 'ops',
    instance: 'test:ops/math',
    func: double,
    handler(params, context) {
      seen.push(context);
      return handler(params, context);
    },
  });
  const invoker = traceInvoker(createMemoryInvoker({ lattice }), {
    tracer,
    attributes: { component_id: 'caller' },
  });
  const call = (headers?: Readonly<Record<string, string>>, target = 'ops'): Promise<unknown> =>
    invoker.invoke({
      target,
      instance: 'test:ops/math',
      func: double,
      params: [21],
      ...(headers && { headers }),
    });
  return { spans, seen, call, server };
}

describe('tracing at the two seams', () => {
  it('makes one trace of what the headers say, the call and its handling', async () => {
    const { spans, seen, call } = await setUp(async ([value]) => (value as number) * 2);
    expect(await call({ traceparent: caller, 'source-id': 'caller', 'link-name': 'default' })).toBe(42);
    const [served, called] = spans;
    expect(called).toMatchObject({
      name: 'invoke',
      kind: 'client',
      parentSpanId: 'b7ad6b7169203331',
      attributes: {
        component_id: 'caller',
        target: 'ops',
        instance: 'test:ops/math',
        func: 'double',
        link_name: 'default',
      },
    });
    expect(served).toMatchObject({
      name: 'component_invocation',
      kind: 'server',
      parentSpanId: called?.context.spanId,
      attributes: { component_id: 'ops', instance: 'test:ops/math', func: 'double' },
    });
    expect(spans.map(({ context }) => context.traceId)).toEqual([
      '0af7651916cd43dd8448eb211c80319c',
      '0af7651916cd43dd8448eb211c80319c',
    ]);
    // What the handler calls in turn belongs to its own span.
    expect(seen[0]?.headers).toEqual({
      traceparent: `00-0af7651916cd43dd8448eb211c80319c-${served?.context.spanId}-01`,
      'source-id': 'caller',
      'link-name': 'default',
    });
    expect(seen[0]?.signal.aborted).toBe(false);
  });

  it('begins a trace where none comes in', async () => {
    const { spans, call } = await setUp(async () => 1);
    await call();
    expect(spans.map(({ parentSpanId }) => parentSpanId)).toEqual([spans[1]?.context.spanId, undefined]);
  });

  it('marks both sides of a failed call with its class', async () => {
    const { spans, call } = await setUp(async () => {
      throw new TypeError('no such thing');
    });
    await expect(call()).rejects.toThrow(RpcError);
    await expect(call({}, 'nobody')).rejects.toThrow(RpcError);
    expect(spans.map(({ name, attributes, error }) => [name, attributes['error.type'], error?.type])).toEqual(
      [
        ['component_invocation', 'TypeError', 'TypeError'],
        ['invoke', 'peer-failed', 'RpcError'],
        ['invoke', 'not-found', 'RpcError'],
      ],
    );
  });

  it('hands on and does not record a trace that its caller does not', async () => {
    const { spans, seen, call } = await setUp(async () => 1);
    const quiet = caller.replace(/01$/, '00');
    await call({ traceparent: quiet });
    expect(spans).toEqual([]);
    expect(seen[0]?.headers.traceparent).toBe(quiet);
  });

  it('is not there at all without a tracer', () => {
    const invoker: Invoker = { invoke: async () => 1 };
    const server: Server = createMemoryServer({ lattice: new MemoryLattice() });
    expect(traceInvoker(invoker, { tracer: noopTracer })).toBe(invoker);
    expect(traceServer(server, { tracer: noopTracer, spanName: 'x' })).toBe(server);
  });

  it('closes what it wraps', async () => {
    const { server, call } = await setUp(async () => 1);
    await server.close();
    await expect(call()).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('measuring what is served', () => {
  it('tells of the beginning and the end of each call', async () => {
    const lattice = new MemoryLattice();
    const notes: unknown[] = [];
    const server = measureServer(createMemoryServer({ lattice }), {
      measure: ({ func: { name } }) => {
        notes.push(name);
        return () => {
          notes.push('begin');
          return (outcome) => notes.push(outcome);
        };
      },
    });
    const failures = [undefined, new TypeError('broken')];
    await server.serve({
      target: 'ops',
      instance: 'test:ops/math',
      func: double,
      async handler() {
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        return 1;
      },
    });
    const invoker = createMemoryInvoker({ lattice });
    const call = () =>
      invoker.invoke({ target: 'ops', instance: 'test:ops/math', func: double, params: [1] });
    await call();
    await expect(call()).rejects.toThrow('broken');
    expect(notes).toEqual([
      'double',
      'begin',
      { ok: true },
      'begin',
      { ok: false, error: expect.any(TypeError) },
    ]);
    await server.close();
    await expect(call()).rejects.toMatchObject({ code: 'not-found' });
  });
});
