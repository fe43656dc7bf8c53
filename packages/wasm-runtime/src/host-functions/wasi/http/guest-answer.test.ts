import { RpcError } from '@wasmlattice/rpc';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { describe, expect, it } from 'vitest';
import { TrapError } from '../../../errors.js';
import { GuestLimits } from '../../../limits/guest-limits.js';
import { ExecutionTimeError } from '../../../pool/invocation.js';
import { type InputStream, MemorySource } from '../io/index.js';
import { type ErrorCode, HttpFailure } from './error-code.js';
import { Fields } from './fields.js';
import { invokeIncomingHandler } from './incoming-handler.js';
import { MemoryExchange } from './memory-exchange.js';
import { OutgoingResponse } from './outgoing-response.js';
import { ResponseOutparam } from './response-outparam.js';
import { bytes, complete, exportId, type Guest, payload, respond, run } from './testing/called-guest.js';

const showTrap = (error: Error): string => error.stack ?? '';

const guestError = Object.assign(new Error('unreachable'), {
  stack: 'RuntimeError: unreachable\n    at busy (wasm://wasm/0123abcd:wasm-function[7]:0x1a2)',
});

describe('a guest that does not answer as it should', () => {
  it('gives a 500 that names the component when it traps', async () => {
    const exchange = new MemoryExchange();
    const cause = new Error('unreachable at secret.rs:12');
    const outcome = await run(exchange, () => {
      throw cause;
    });
    expect(outcome).toEqual({ kind: 'trapped', status: 500, cause });
    expect(exchange.failed).toEqual({
      status: 500,
      text: 'Component "hello" failed while it handled the request.\n',
    });
  });

  it('shows its trap to a client only if it is told to', async () => {
    const cause = new TrapError({
      component: 'hello',
      instance: 'wasi:http/incoming-handler@0.2.3',
      func: 'handle',
      kind: 'trap',
      cause: new Error('unreachable'),
      hostFunction: 'test:disk/store@1.0.0 write',
    });
    cause.attachStderr('Error: no such thing\n  at app.js:7:9');
    const guest: Guest = () => {
      throw cause;
    };
    const general = 'Component "hello" failed while it handled the request.\n';
    const [shown, hidden] = [new MemoryExchange(), new MemoryExchange()];
    await run(hidden, guest);
    expect(hidden.failed?.text).toBe(general);
    await run(shown, guest, { showTrap });
    expect(shown.failed?.text).toBe(
      `${general}\nTrapError: ${cause.message}\n${[
        '    at host function test:disk/store@1.0.0 write',
        'stderr of the guest:',
        'Error: no such thing',
        '  at app.js:7:9',
      ].join('\n')}\n`,
    );
  });

  it('shows where it was at its deadline, too', async () => {
    const controller = new AbortController();
    const exchange = new MemoryExchange();
    const reason = new ExecutionTimeError('hello', 1000);
    const cause = new TrapError({
      component: 'hello',
      instance: '',
      func: 'handle',
      kind: 'aborted',
      cause: reason,
      thrown: [guestError],
    });
    const guest: Guest = () => {
      controller.abort(reason);
      throw cause;
    };
    await run(exchange, guest, { showTrap, signal: controller.signal });
    expect(exchange.failed?.status).toBe(504);
    expect(exchange.failed?.text).toMatch(
      /^Component "hello" did not answer in time: its limit "execution-time" is 1000 ms\.\n\nTrapError: .*\n {4}at busy \(wasm-function\[7\]\)\n$/,
    );
  });

  it.each([
    ['its own end is left to the pool', 'trap', new Error('x'), []],
    ['its end at its deadline, too', 'aborted', new ExecutionTimeError('hello', 1000), []],
    [
      'one from outside is told',
      'aborted',
      new Error('x'),
      [
        [
          'an invocation of component hello was ended in its HTTP handler',
          { component: 'hello', cause: expect.any(TrapError) },
        ],
      ],
    ],
  ] as const)('%s', async (_what, kind, cause, expected) => {
    const records: unknown[] = [];
    const logger: Logger = { ...noopLogger, error: (message, fields) => records.push([message, fields]) };
    const guest: Guest = () => {
      throw new TrapError({ component: 'hello', instance: '', func: 'handle', kind, cause });
    };
    await run(new MemoryExchange(), guest, { logger });
    expect(records).toEqual(expected);
  });

  it('is told of with what it wrote to stderr, where somebody listens, and logged where not', async () => {
    const logged: unknown[] = [];
    const logger: Logger = { ...noopLogger, warn: (message, fields) => logged.push([message, fields]) };
    const told: unknown[] = [];
    const guestStderr = 'Error: no such thing\n  at app.js:7:9';
    const instance = { call: async () => undefined, guestStderr: () => guestStderr };
    const [heard, unheard] = [new MemoryExchange(), new MemoryExchange()];
    const common = { instance, exportId, component: 'hello', logger };
    const outcome = await invokeIncomingHandler({
      ...common,
      exchange: heard,
      showTrap,
      onIncomplete: (error) => told.push(error),
    });
    expect(outcome).toMatchObject({ kind: 'incomplete', guestStderr });
    expect([told, logged]).toMatchObject([[{ name: 'IncompleteResponseError', guestStderr }], []]);
    expect(heard.failed?.text).toBe(
      `Component "hello" did not answer the request.\n\nIncompleteResponseError: the guest returned without an answer\nstderr of the guest:\n${guestStderr}\n`,
    );
    await invokeIncomingHandler({ ...common, exchange: unheard });
    expect(logged).toMatchObject([[expect.stringContaining('hello'), { guest_stderr: guestStderr }]]);
    expect(unheard.failed?.text).toBe('Component "hello" did not answer the request.\n');
  });

  it('gives a 500 that names the component when it returns without an answer', async () => {
    const exchange = new MemoryExchange();
    const outcome = await run(exchange, () => {});
    expect(outcome.kind).toBe('incomplete');
    expect(exchange.failed).toEqual({ status: 500, text: 'Component "hello" did not answer the request.\n' });
  });

  it('gives the 500 as soon as it drops the outparam', async () => {
    const exchange = new MemoryExchange();
    await run(exchange, (_, out) => {
      out[Symbol.dispose]();
      expect(exchange.failed?.status).toBe(500);
    });
  });

  it('aborts a started response when it traps', async () => {
    const exchange = new MemoryExchange();
    const outcome = await run(exchange, (_, out) => {
      void respond(out).stream.write(bytes('begun'));
      throw new Error('trap');
    });
    expect(outcome.kind).toBe('trapped');
    expect(exchange.head).toBeDefined();
    expect(exchange.failed).toBeDefined();
    expect(exchange.finished).toBeUndefined();
  });

  it('leaves a complete response alone when it traps afterwards', async () => {
    const exchange = new MemoryExchange();
    const outcome = await run(exchange, (_, out) => {
      complete(respond(out));
      throw new Error('trap');
    });
    expect(outcome.kind).toBe('trapped');
    expect(exchange.failed).toBeUndefined();
  });

  it('aborts the response when it drops the body', async () => {
    const exchange = new MemoryExchange();
    const outcome = await run(exchange, (_, out) => {
      const { body, stream } = respond(out);
      stream[Symbol.dispose]();
      body[Symbol.dispose]();
    });
    expect(outcome.kind).toBe('incomplete');
    expect(exchange.failed).toEqual({
      status: 500,
      text: 'Component "hello" did not complete its response.\n',
    });
  });

  it('completes the body when it returns without having finished or dropped it, and the host is told', async () => {
    const exchange = new MemoryExchange({ window: 3 });
    let unfinished = 0;
    const running = run(
      exchange,
      async (_, out) => {
        const response = new OutgoingResponse(new Fields());
        await response.body().write().write(bytes('written'));
        ResponseOutparam.set(out, { tag: 'ok', val: response });
      },
      { onUnfinishedBody: () => unfinished++ },
    );
    let text = '';
    while (exchange.finished === undefined) {
      await Promise.resolve();
      text += exchange.sink.text();
    }
    expect(await running).toEqual({ kind: 'answered', status: 200 });
    text += exchange.sink.text();
    expect([text, exchange.failed, unfinished]).toEqual(['written', undefined, 1]);
  });

  it.each([false, true])(
    'is told of a status and stderr that its runtime left, and its client if that is to see it: %s',
    async (isShown) => {
      const exchange = new MemoryExchange();
      const told: unknown[] = [];
      const guestStderr = 'RangeError: too long\n  at app.js:7:9';
      let unfinished = 0;
      const outcome = await invokeIncomingHandler({
        instance: {
          call: async (_id, _func, [, out]) => {
            void respond(out as ResponseOutparam, { status: 500 }).stream.write(bytes('sorry'));
          },
          guestStderr: () => guestStderr,
        },
        exportId,
        exchange,
        component: 'hello',
        onIncomplete: (error) => told.push(error),
        onUnfinishedBody: () => unfinished++,
        ...(isShown && { showTrap }),
      });
      expect(told).toEqual([expect.objectContaining({ name: 'IncompleteResponseError', guestStderr })]);
      expect(unfinished).toBe(0);
      expect(outcome).toEqual({
        kind: 'incomplete',
        status: 500,
        reason: 'the guest returned without finishing its response body',
        guestStderr,
      });
      const details = `\n\nIncompleteResponseError: the guest returned without finishing its response body\nstderr of the guest:\n${guestStderr}\n`;
      expect(exchange.sink.text()).toBe(isShown ? `sorry${details}` : 'sorry');
      expect([exchange.failed, exchange.finished]).toEqual([undefined, expect.anything()]);
    },
  );

  it('does not complete a body that is shorter than its content-length', async () => {
    const exchange = new MemoryExchange();
    let unfinished = 0;
    const outcome = await run(
      exchange,
      (_, out) => {
        void respond(out, { headers: [['content-length', '5']] }).stream.write(bytes('hell'));
      },
      { onUnfinishedBody: () => unfinished++ },
    );
    expect(outcome).toMatchObject({ kind: 'incomplete', reason: expect.stringContaining('wrote 4 bytes') });
    expect([exchange.finished, exchange.failed?.status, unfinished]).toEqual([undefined, 500, 0]);
  });

  it('is not told on for a body that it finished', async () => {
    let unfinished = 0;
    await run(new MemoryExchange(), (_, out) => complete(respond(out)), {
      onUnfinishedBody: () => unfinished++,
    });
    expect(unfinished).toBe(0);
  });

  it('gives a 500 for a response that can not be sent', async () => {
    const exchange = new MemoryExchange();
    await run(exchange, (_, out) => {
      const response = new OutgoingResponse(new Fields());
      response.setStatusCode(103);
      ResponseOutparam.set(out, { tag: 'ok', val: response });
    });
    expect(exchange.head).toBeUndefined();
    expect(exchange.failed).toMatchObject({ status: 500, text: expect.stringContaining('status 103') });
  });

  it('gives the status that fits its error-code', async () => {
    const statuses: [ErrorCode, number][] = [
      [{ tag: 'internal-error', val: 'database password is wrong' }, 500],
      [{ tag: 'configuration-error' }, 500],
      [{ tag: 'connection-refused' }, 502],
      [{ tag: 'DNS-error', val: { rcode: undefined, infoCode: undefined } }, 502],
      [{ tag: 'HTTP-response-timeout' }, 504],
      [{ tag: 'connection-limit-reached' }, 503],
      [{ tag: 'HTTP-request-denied' }, 403],
      [{ tag: 'HTTP-request-body-size', val: 5n }, 413],
      [{ tag: 'HTTP-request-URI-invalid' }, 400],
      [{ tag: 'loop-detected' }, 508],
    ];
    for (const [code, status] of statuses) {
      const exchange = new MemoryExchange();
      const outcome = await run(exchange, (_, out) => ResponseOutparam.set(out, { tag: 'err', val: code }));
      expect(outcome).toEqual({ kind: 'error-code', status, code });
      expect(exchange.failed).toEqual({
        status,
        text: `Component "hello" answered with error-code ${code.tag}.\n`,
      });
    }
  });

  it('gives a 504 at its deadline and a 503 when it is stopped', async () => {
    for (const [reason, status] of [
      [new ExecutionTimeError('hello', 1000), 504],
      [new Error('component stopped'), 503],
    ] as const) {
      const exchange = new MemoryExchange();
      const guest: Guest = () => {
        throw reason;
      };
      await run(exchange, guest, { signal: AbortSignal.abort(reason) });
      expect(exchange.failed?.status).toBe(status);
    }
  });
});

it('tells the client to come again when a component that the guest calls has no room', async () => {
  const callee = { target: 'callee', instance: 'acme:math/counters@1.0.0', func: 'counter' };
  const cause = new RpcError('overloaded', callee, 'the peer failed: no instance became free');
  const exchange = new MemoryExchange();
  await run(exchange, () => {
    throw new Error('trapped', { cause });
  });
  expect(exchange.failed).toEqual({
    status: 503,
    text: 'Component "hello" called a component that has no room for further calls at this moment; send the request again.\n',
  });
});

it('tells the client which limit of the component its guest exceeded, not that of a component it called', async () => {
  const ofGuest = new GuestLimits('hello', { handles: 10_000 }).exceeded('handles', 'holds 10000 resources');
  const ofCallee = new GuestLimits('callee').exceeded('handles', 'holds 262144 resources');
  for (const [cause, text] of [
    [ofGuest, 'Component "hello" failed while it handled the request: its limit "handles" is 10000.\n'],
    [ofCallee, 'Component "hello" failed while it handled the request.\n'],
  ] as const) {
    const exchange = new MemoryExchange();
    await run(exchange, () => {
      throw new Error('trapped', { cause });
    });
    expect(exchange.failed).toEqual({ status: 500, text });
  }
});

describe('a client that disconnects', () => {
  it('closes the stream of a guest that writes', async () => {
    const exchange = new MemoryExchange();
    await run(exchange, (_, out) => {
      const { stream } = respond(out);
      exchange.disconnect();
      expect(payload(() => stream.write(bytes('x')))).toEqual({ tag: 'closed' });
    });
  });

  it('wakes a guest that waits for room, which then goes on to its end', async () => {
    const exchange = new MemoryExchange({ window: 1 });
    const outcome = await run(exchange, async (_, out) => {
      const answer = respond(out);
      const written = answer.stream.blockingWriteAndFlush(bytes('more than fits'));
      exchange.disconnect();
      await expect(written).rejects.toMatchObject({ payload: { tag: 'closed' } });
      complete(answer);
    });
    expect(outcome.kind).toBe('answered');
  });

  it('wakes a guest that waits for the request body', async () => {
    const body = new MemorySource();
    const exchange = new MemoryExchange({ body });
    await run(exchange, async (request) => {
      const stream: InputStream = request.consume().stream();
      const read = stream.blockingRead(1n);
      body.fail(new HttpFailure({ tag: 'connection-terminated' }, 'client gone'));
      await expect(read).rejects.toMatchObject({ payload: { tag: 'last-operation-failed' } });
    });
  });
});
