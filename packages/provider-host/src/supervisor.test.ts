import { describe, expect, it } from 'vitest';
import type { ProcessExit, ProviderProcess } from './process/provider-process.js';
import { createSupervisor, describeCrash, type ProviderCrash, type Supervisor } from './supervisor.js';
import { createManualSleep, type ManualSleep } from './testing/manual-sleep.js';
import { NotServingError } from './wait-until-serving.js';

interface FakeProcess extends ProviderProcess {
  exit(exit?: Partial<ProcessExit>): void;
  terminated: boolean;
}

function fakeProcess(pid: number): FakeProcess {
  const { promise: exited, resolve } = Promise.withResolvers<ProcessExit>();
  const process: FakeProcess = {
    pid,
    exited,
    lastLines: () => [],
    exit: (exit = { code: 1 }) => resolve({ lastLines: [], ...exit }),
    terminated: false,
    async terminate() {
      process.terminated = true;
      process.exit({ signal: 'SIGTERM' });
      return 'ended';
    },
  };
  return process;
}

interface Setup {
  readonly supervisor: Supervisor;
  readonly time: ManualSleep;
  readonly processes: FakeProcess[];
  readonly crashes: ProviderCrash[];
  /** What the next starts reject with. */
  readonly failures: Error[];
  clock: number;
}

function setup(): Setup {
  const time = createManualSleep();
  const processes: FakeProcess[] = [];
  const crashes: ProviderCrash[] = [];
  const failures: Error[] = [];
  const state: Setup = {
    time,
    processes,
    crashes,
    failures,
    clock: 0,
    supervisor: createSupervisor({
      start: async () => {
        const failure = failures.shift();
        if (failure !== undefined) throw failure;
        const process = fakeProcess(processes.length + 1);
        processes.push(process);
        return process;
      },
      onCrash: (crash) => crashes.push(crash),
      sleep: time.sleep,
      now: () => state.clock,
      random: () => 0,
    }),
  };
  return state;
}

describe('supervisor', () => {
  it('starts a process again that ended, with growing waits', async () => {
    const { supervisor, processes, crashes, time } = setup();
    await supervisor.start();
    expect(supervisor.state).toEqual({ tag: 'running', pid: 1, restarts: 0 });

    processes[0]?.exit({ code: 3, lastLines: ['no license'] });
    expect(await time.begun()).toBe(250);
    expect(supervisor.state.tag).toBe('waiting');
    time.elapse();
    await expect.poll(() => supervisor.state).toEqual({ tag: 'running', pid: 2, restarts: 1 });

    processes[1]?.exit();
    expect(await time.begun()).toBe(500);
    expect(crashes).toMatchObject([
      { crashes: 1, restartInMs: 250, exit: { code: 3, lastLines: ['no license'] } },
      { crashes: 2, restartInMs: 500 },
    ]);
    await supervisor.stop(async () => {});
  });

  it('begins with a short wait again after a long run', async () => {
    const context = setup();
    const { supervisor, processes, time } = context;
    await supervisor.start();
    processes[0]?.exit();
    await time.begun();
    time.elapse();
    await expect.poll(() => supervisor.state.tag).toBe('running');
    context.clock += 30_000;
    processes[1]?.exit();
    expect(await time.begun()).toBe(250);
    await supervisor.stop(async () => {});
  });

  it('knows a loop from a single crash, and forgets both once the process runs well', async () => {
    const context = setup();
    const { supervisor, processes, crashes, time } = context;
    await supervisor.start();
    expect(supervisor.lastCrash).toBeUndefined();
    for (let crash = 1; crash <= 3; crash++) {
      processes.at(-1)?.exit();
      await time.begun();
      time.elapse();
      await expect.poll(() => supervisor.state).toMatchObject({ tag: 'running', pid: crash + 1 });
    }
    expect(crashes.map(({ isLoop }) => isLoop)).toEqual([false, false, true]);
    expect(supervisor.lastCrash).toBe(crashes[2]);
    context.clock += 30_000;
    expect(supervisor.lastCrash).toBeUndefined();
    await supervisor.stop((process) => process.terminate(0));
  });

  it('tries again when a restart fails, and says why', async () => {
    const { supervisor, processes, crashes, failures, time } = setup();
    await supervisor.start();
    failures.push(new Error('config gone'), new NotServingError('it exited', ['no license']));
    processes[0]?.exit({ lastLines: ['full'] });
    await time.begun();
    time.elapse();
    expect(await time.begun()).toBe(500);
    time.elapse();
    expect(await time.begun()).toBe(1_000);
    expect(crashes).toMatchObject([
      { crashes: 1, lastLines: ['full'] },
      { crashes: 2, error: new Error('config gone'), lastLines: [] },
      { crashes: 3, error: { reason: 'it exited' }, lastLines: ['no license'] },
    ]);
    expect(crashes.slice(1).map(describeCrash)).toEqual([
      'the provider could not be started again: config gone',
      'the provider could not be started again: it exited',
    ]);
    time.elapse();
    await expect.poll(() => supervisor.state).toEqual({ tag: 'running', pid: 2, restarts: 3 });
    await supervisor.stop(async (process) => process.terminate(0));
  });

  it('rejects when the first start fails, and does not try again', async () => {
    const { supervisor, processes, failures } = setup();
    failures.push(new Error('no such file'));
    await expect(supervisor.start()).rejects.toThrow('no such file');
    await supervisor.stop(async () => {
      throw new Error('there is nothing to end');
    });
    expect(processes).toHaveLength(0);
    expect(supervisor.state).toEqual({ tag: 'stopped' });
  });

  it('starts another at once when it is told to, which is no crash unless it fails', async () => {
    const { supervisor, processes, crashes, failures, time } = setup();
    await supervisor.start();
    await supervisor.restart((process) => process.terminate(0));
    await expect.poll(() => supervisor.state).toEqual({ tag: 'running', pid: 2, restarts: 1 });
    expect([processes[0]?.terminated, crashes]).toEqual([true, []]);
    failures.push(new Error('config gone'));
    await supervisor.restart((process) => process.terminate(0));
    await time.begun();
    expect(crashes).toMatchObject([{ crashes: 1, error: new Error('config gone') }]);
    await supervisor.restart(async () => {
      throw new Error('there is nothing to end');
    });
    await supervisor.stop(async () => {});
  });

  it('ends the process when told to stop, once, and does not start it again', async () => {
    const { supervisor, processes, crashes } = setup();
    await supervisor.start();
    let ends = 0;
    const end = async (process: ProviderProcess): Promise<void> => {
      ends += 1;
      await process.terminate(0);
    };
    await Promise.all([supervisor.stop(end), supervisor.stop(end)]);
    await supervisor.stop(end);
    expect(ends).toBe(1);
    expect(processes).toHaveLength(1);
    expect(crashes).toHaveLength(0);
    expect(supervisor.state).toEqual({ tag: 'stopped' });
  });

  it('stops while it waits for a restart', async () => {
    const { supervisor, processes, time } = setup();
    await supervisor.start();
    processes[0]?.exit();
    await time.begun();
    await supervisor.stop(async () => {
      throw new Error('there is nothing to end');
    });
    expect(processes).toHaveLength(1);
  });

  it('ends a process that came up while it was told to stop', async () => {
    const starting = Promise.withResolvers<ProviderProcess>();
    const supervisor = createSupervisor({ start: () => starting.promise });
    const started = supervisor.start();
    const stopped = supervisor.stop(async () => {});
    const process = fakeProcess(1);
    starting.resolve(process);
    await Promise.all([started, stopped]);
    expect(process.terminated).toBe(true);
  });
});
