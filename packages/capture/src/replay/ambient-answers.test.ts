import { beforeAll, describe, expect, it } from 'vitest';
import { recordComponent, testEngine } from '../testing/recorded-component.js';
import { buildWorldlyGuest, worldlyInterface } from '../testing/worldly-guest.js';
import { replayCapture } from './replay-capture.js';

let component: Uint8Array;
beforeAll(async () => {
  component = await buildWorldlyGuest();
});

const call = (name: string, params: Readonly<Record<string, string>> = {}) => ({
  export: worldlyInterface,
  function: name,
  params,
});

describe('a guest that asks for time and chance', () => {
  it('has in a replay what it had then', async () => {
    const capture = await recordComponent({ component }, [call('moment'), call('moment')]);
    const [first, second] = capture.invocations;
    expect(first?.ambient).toMatchObject({
      'wasi:clocks/monotonic-clock.now': [expect.anything(), expect.anything()],
      'wasi:random/random.get-random-u64': [expect.anything()],
    });
    expect(first?.outcome).not.toEqual(second?.outcome);
    expect(await replayCapture({ capture, component, engine: testEngine })).toMatchObject({ same: 2 });
  });

  it('has the same each time where nothing is recorded', async () => {
    const { header, invocations } = await recordComponent({ component }, [call('moment')]);
    const blank = { header, invocations: invocations.map(({ ambient: _, ...rest }) => rest) };
    const chance = async () => {
      const report = await replayCapture({ capture: blank, component, engine: testEngine });
      return report.invocations[0]?.differences.find(
        (difference) => 'path' in difference && difference.path === 'result[2]',
      );
    };
    const first = await chance();
    expect(first).toMatchObject({ kind: 'outcome', replayed: expect.anything() });
    expect(await chance()).toEqual(first);
  });
});

it('keeps a secret to itself, also where the guest gave it away, and gives a stand-in in a replay', async () => {
  const secrets = {
    password: { kind: 'string', value: 'hunter2-and-more' },
    unread: { kind: 'string', value: 'never-asked-for' },
  } as const;
  const capture = await recordComponent({ component, secrets }, [call('read', { name: 'password' })]);
  expect(capture.invocations[0]).toMatchObject({
    secrets: { password: { string: 'masked-1' } },
    outcome: { result: { string: 'masked-1' } },
  });
  expect(JSON.stringify(capture)).not.toMatch(/hunter2|never-asked/);
  expect(await replayCapture({ capture, component, engine: testEngine })).toMatchObject({ same: 1 });
});

it('tells a guest that reads what it did not read then', async () => {
  const secrets = { password: { kind: 'string', value: 'hunter2-and-more' } } as const;
  const { header, invocations } = await recordComponent({ component, secrets }, [
    call('read', { name: 'password' }),
  ]);
  const blank = invocations.map(({ secrets: _, ...rest }) => rest);
  const report = await replayCapture({
    capture: { header, invocations: blank },
    component,
    engine: testEngine,
  });
  expect(report.invocations[0]?.differences).toContainEqual({
    kind: 'input',
    path: 'secret.password',
    replayed: 'is read, and was not then',
  });
  expect(report.invocations[0]?.differences).toContainEqual({
    kind: 'outcome',
    path: 'trap',
    replayed: { reason: expect.stringContaining('unreachable') },
  });
});
