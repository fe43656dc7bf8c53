import { ok } from '@wasmlattice/rpc';
import { beforeAll, describe, expect, it } from 'vitest';
import { exampleGuest, get, recordComponent, testEngine, withText } from '../testing/recorded-component.js';
import { replayCapture } from './replay-capture.js';
import { reportText } from './report-text.js';

const engine = testEngine;

describe('a guest in TypeScript that counts', () => {
  let counter: Uint8Array;
  beforeAll(async () => {
    counter = await exampleGuest('http-counter');
  });

  const counting = () => {
    let visits = 0n;
    return async () => ok(++visits);
  };

  it('does the same when nothing has changed, and what it reads is in the record', async () => {
    const capture = await recordComponent(
      { component: counter, config: { greeting: 'Welcome', unread: 'x' }, answer: counting() },
      [get('/a'), get('/b')],
    );
    expect(capture.invocations).toMatchObject([
      {
        input: { http: { method: 'GET', path: '/a' } },
        config: { greeting: 'Welcome' },
        calls: [
          {
            interface: 'wasi:keyvalue/atomics',
            function: 'increment',
            params: { bucket: 'default', key: '/a', delta: 1 },
            result: { ok: 1 },
          },
        ],
        outcome: {
          response: {
            status: 200,
            body: { bytes: '{"greeting":"Welcome","path":"/a","count":1}\n', end: 'whole' },
          },
        },
      },
      { outcome: { response: { body: { bytes: expect.stringContaining('"count":2') } } } },
    ]);
    expect(capture.invocations[0]).not.toHaveProperty('config.unread');
    expect(await replayCapture({ capture, component: counter, engine })).toMatchObject({
      same: 2,
      different: 0,
    });
  });

  it('is told apart by exactly what its new code does otherwise', async () => {
    const capture = await recordComponent({ component: counter, answer: counting() }, [get('/a')]);
    const changed = withText(counter, 'Hello', 'Salut');
    const report = await replayCapture({ capture, component: changed, engine });
    expect(reportText(report)).toBe(`1/1 GET /a: different
  response.body
    - "{\\"greeting\\":\\"Hello\\",\\"path\\":\\"/a\\",\\"count\\":1}\\n"
    + "{\\"greeting\\":\\"Salut\\",\\"path\\":\\"/a\\",\\"count\\":1}\\n"
1 invocation of guest replayed: 0 the same, 1 different`);
  });

  it('calls what it called then, or that is told', async () => {
    const capture = await recordComponent({ component: counter, answer: counting() }, [get('/a')]);
    const [recorded] = capture.invocations;
    const [call] = recorded?.calls ?? [];
    if (recorded === undefined || call === undefined) throw new Error('the guest called nothing');
    const edited = (calls: readonly object[]) => ({
      header: capture.header,
      invocations: [{ ...recorded, calls: calls as typeof recorded.calls }],
    });
    const differences = async (calls: readonly object[]) =>
      (
        await replayCapture({ capture: edited(calls), component: counter, engine })
      ).invocations[0]?.differences.filter(({ kind }) => kind.endsWith('call') || kind === 'misfit-answer');
    expect(await differences([{ ...call, params: { ...call.params, key: '/b' } }])).toEqual([
      {
        kind: 'changed-call',
        call: 'wasi:keyvalue/atomics increment',
        values: [{ path: 'key', recorded: '/b', replayed: '/a' }],
      },
    ]);
    expect(await differences([])).toEqual([
      { kind: 'extra-call', call: 'wasi:keyvalue/atomics increment', params: call.params },
    ]);
    expect(await differences([{ ...call, function: 'get' }, call])).toEqual([
      { kind: 'missing-call', call: 'wasi:keyvalue/atomics get', params: call.params },
    ]);
    expect(await differences([{ ...call, result: 'seven' }])).toMatchObject([{ kind: 'misfit-answer' }]);
  });
});

it('skips what can not be replayed, and says why', async () => {
  const hello = await exampleGuest('http-hello');
  const capture = await recordComponent(
    { component: hello, limits: { streamBytes: 10, recordBytes: 100, calls: 1, ambientValues: 1_000 } },
    [get('/')],
  );
  const report = await replayCapture({ capture, component: hello, engine });
  expect(reportText(report)).toBe(
    `1/1 GET /: skipped (the record is longer than 100 bytes)
1 invocation of guest replayed: 0 the same, 0 different, 1 skipped`,
  );
});

it('compares a body that was not recorded whole by its beginning', async () => {
  const hello = await exampleGuest('http-hello');
  const capture = await recordComponent(
    { component: hello, limits: { streamBytes: 5, recordBytes: 10_000, calls: 1, ambientValues: 1_000 } },
    [get('/')],
  );
  expect(capture.invocations[0]?.outcome.response?.body).toEqual({ bytes: 'Hello', end: 'cut', length: 24 });
  expect(await replayCapture({ capture, component: hello, engine })).toMatchObject({ same: 1 });
  const changed = withText(hello, 'Hello', 'Salut');
  expect(await replayCapture({ capture, component: changed, engine })).toMatchObject({ different: 1 });
});
