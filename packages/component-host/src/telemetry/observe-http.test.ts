import type { CallHeaders } from '@wasmlattice/rpc';
import { createTelemetryRelay, noopMeter, noopTracer, type TelemetryBatch } from '@wasmlattice/telemetry';
import { describe, expect, it } from 'vitest';
import type { ServedExchange } from '../http/exchange.js';
import { type HttpHandler, observeHttp } from './observe-http.js';

const answered = { kind: 'answered', status: 200 } as const;
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

function request(headers: readonly string[] = [], disconnected = false) {
  const responder = {
    status: undefined as number | undefined,
    start: () => {
      throw new Error('not used');
    },
    finish() {},
    fail(status: number) {
      responder.status = status;
    },
  };
  const exchange = {
    request: { method: 'GET', scheme: 'http', authority: 'a', pathWithQuery: '/cart?token=secret', headers },
    responder,
    isDisconnected: disconnected,
  } as unknown as ServedExchange;
  return { exchange, responder };
}

/** Handles one request and tells what was recorded of it. */
async function observe(handle: HttpHandler, given = request()) {
  const batches: TelemetryBatch[] = [];
  const { tracer, meter, close } = createTelemetryRelay({
    traceLevel: 'info',
    metrics: true,
    logs: false,
    post: (batch) => batches.push(batch),
  });
  const outcomes: unknown[] = [];
  const handler = observeHttp(handle, {
    tracer,
    meter,
    componentId: 'shop',
    measure: () => (outcome) => outcomes.push(outcome),
  });
  const error: unknown = await handler(given.exchange).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  close();
  const [span] = batches[0]?.spans ?? [];
  const duration = batches[0]?.measurements.find(({ name }) => name === 'http.server.request.duration');
  return { span, duration, outcomes, error };
}

describe('an observed HTTP handler', () => {
  it('has a server span within the trace of the request, whose own context goes on', async () => {
    const given = request([
      'Host',
      'a',
      'TraceParent',
      traceparent,
      'tracestate',
      'x=1',
      'TraceState',
      'y=2',
    ]);
    let handedOn: CallHeaders = {};
    const { span, duration, outcomes } = await observe(async ({ responder }, trace) => {
      handedOn = trace;
      responder.fail(404, '');
      return answered;
    }, given);
    expect(span).toMatchObject({
      name: 'http_request',
      kind: 'server',
      parentSpanId: 'b7ad6b7169203331',
      attributes: {
        component_id: 'shop',
        'http.request.method': 'GET',
        'url.path': '/cart',
        'http.response.status_code': 404,
      },
    });
    expect(span?.error).toBeUndefined();
    expect(handedOn).toEqual({
      traceparent: `00-0af7651916cd43dd8448eb211c80319c-${span?.context.spanId}-01`,
      tracestate: 'x=1,y=2',
    });
    expect(duration).toMatchObject({
      attributes: { 'component.id': 'shop', 'http.request.method': 'GET', 'http.response.status_code': 404 },
      values: [expect.any(Number)],
    });
    expect(outcomes).toEqual([{ ok: true }]);
  });

  it('fails with what its handler throws, and the status the listener sends then', async () => {
    const { span, duration, outcomes, error } = await observe(async () => {
      throw new TypeError('broken');
    });
    expect(error).toBeInstanceOf(TypeError);
    expect(span?.attributes).toMatchObject({ 'error.type': 'TypeError', 'http.response.status_code': 500 });
    expect(span?.error).toMatchObject({ message: 'TypeError: broken' });
    expect(duration?.attributes).toMatchObject({ 'error.type': 'TypeError' });
    expect(outcomes).toEqual([{ ok: false, error }]);
  });

  it.each([
    ['traps', { kind: 'trapped', status: 500, cause: new TypeError('trap') }, 'TypeError'],
    [
      'ends amid its response',
      { kind: 'incomplete', status: 500, reason: 'no body' },
      'IncompleteResponseError',
    ],
  ] as const)('fails when its guest %s', async (_what, outcome, type) => {
    const { span, outcomes } = await observe(async () => outcome);
    expect(span?.attributes['error.type']).toBe(type);
    expect(outcomes).toMatchObject([{ ok: false, error: { name: type } }]);
  });

  it('fails when the guest answers that it did, and not when a client leaves without an answer', async () => {
    const unwell = await observe(async ({ responder }) => {
      responder.fail(503, '');
      return answered;
    });
    expect(unwell.span?.attributes).toMatchObject({ 'error.type': '503' });
    expect(unwell.span?.error).toMatchObject({ type: 'ServerStatusError' });
    expect(unwell.outcomes).toEqual([{ ok: true }]);
    const left = await observe(async () => answered, request([], true));
    expect(left.span?.attributes['http.response.status_code']).toBeUndefined();
    expect(left.span?.error).toBeUndefined();
  });

  it.each([
    ['hands on a trace that it does not record', ['traceparent', traceparent], { traceparent }],
    ['drops what is no trace context', ['traceparent', '00-1-2-01'], {}],
    ['has nothing to hand on', ['accept-char', 'x'], {}],
  ])('%s when telemetry is off', async (_what, headers, expected) => {
    let handedOn: CallHeaders | undefined;
    const handler = observeHttp(
      async (_exchange, trace) => {
        handedOn = trace;
        return answered;
      },
      { tracer: noopTracer, meter: noopMeter, componentId: 'shop', measure: () => () => {} },
    );
    await handler(request(headers).exchange);
    expect(handedOn).toEqual(expected);
  });
});
