/** Entry of an isolated process: serves one component in its main thread, and obeys the host. */
import { Socket } from 'node:net';
import {
  createComponentCells,
  createProcessBudgets,
  GuestClock,
  limitStacks,
  readProcessBudgets,
} from '@wasmlattice/wasm-runtime';
import {
  codeLimits,
  createEngine,
  type PreparedComponent,
  prepareForHost,
  toThreadFailure,
} from '@wasmlattice/wasm-runtime/engines';
import type { ComponentRuntime } from '../component-runtime.js';
import { DecisionRequests } from '../policy/decision-requests.js';
import { type ServedFigures, servedFigures } from '../serving-threads/served-figures.js';
import { watchBudgets } from '../serving-threads/watch-budgets.js';
import { assembleThread } from '../thread/assemble-thread.js';
import type { ThreadNotice } from '../thread/thread-notice.js';
import { FrameReader, sendFrame } from './frames.js';
import {
  decodeToProcess,
  encodeFromProcess,
  type FromProcess,
  maxBytesToProcess,
  type ToProcess,
} from './messages.js';

type ServeMessage = Extract<ToProcess, { readonly kind: 'serve' }>;

/** The one thread besides this one. It is there before any guest, and then no further thread can be started. */
const clock = new GuestClock();
process.permission?.drop('worker');

/** The channel to the host, as `process-client.ts` opens it. */
const channel = new Socket({ fd: 3 });

/** The host is gone, or this process can be of no use to it: nothing of it may stay, whatever it is at. */
const end = (): void => void process.kill(process.pid, 'SIGKILL');
channel.on('error', end);
channel.on('close', end);
// Who stops the host, by its terminal or its service manager, may mean its processes too; the host ends them in order.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});

const send = (message: FromProcess): void => sendFrame(channel, encodeFromProcess(message));
const answer = async (id: number, work: Promise<unknown>): Promise<void> => {
  try {
    await work;
    send({ kind: 'done', id });
  } catch (error) {
    send({ kind: 'failed', id, error: toThreadFailure(error) });
  }
};

/** What it has to ask the host. */
const decisions = new DecisionRequests(send);

/** The component, from when it is served. */
interface Serving {
  readonly runtime: ComponentRuntime;
  figures(): ServedFigures;
  heed(notice: ThreadNotice): void;
  close(graceMs: number): Promise<void>;
}

/** It has no other generation. */
const generation = 1;

async function serve({ settings, ceilings, start }: ServeMessage): Promise<Serving> {
  const { bytes, ...plan } = start;
  const { componentId, maxInstances, limits } = plan;
  limitStacks(limits.stack);
  const budgets = createProcessBudgets({ threads: 1, ceilings });
  const code = Promise.withResolvers<PreparedComponent>();
  const { thread, telemetry, logger, close, heed } = assembleThread(
    { ...settings, budgets: { budgets, thread: 0 }, clock: clock.add(0) },
    {
      postTelemetry: (batch) => send({ kind: 'telemetry', batch }),
      postWatched: send,
      loadCode: () => code.promise,
      decide: decisions.ask,
    },
  );
  const closeBudgets = watchBudgets({
    budgets,
    meter: telemetry.meter,
    logger,
    of: { component: componentId },
  });
  // In this thread: whoever may start another one may give it every right. The host has validated the component.
  const engine = createEngine({
    choice: settings.engine,
    logger: logger.named('preparer'),
    validation: { validate: async () => {} },
  });
  const prepared = await prepareForHost(engine, bytes, { component: componentId, ...codeLimits(limits) });
  code.resolve(prepared);
  const cells = createComponentCells({ limit: maxInstances, threads: 1 });
  await thread.start({
    ...plan,
    outline: prepared,
    generation,
    cells: { cells, thread: 0 },
  });
  const runtime = thread.runtime(generation);
  if (runtime === undefined) throw new Error('the component was stopped before it was served');
  return {
    runtime,
    figures: () => ({
      ...servedFigures(cells),
      residentBytes: readProcessBudgets(budgets)['resident-memory'].used,
    }),
    heed,
    async close(graceMs) {
      closeBudgets();
      await close(graceMs);
      await clock.close();
    },
  };
}

let serving: Promise<Serving> | undefined;

/** Orders wait for the component, in their order. */
const obey = async (order: (runtime: ComponentRuntime) => void): Promise<void> => {
  const current = await serving?.catch(() => undefined);
  if (current !== undefined) order(current.runtime);
};

async function stop({ id, graceMs }: Extract<ToProcess, { readonly kind: 'close' }>): Promise<void> {
  const current = await serving?.catch(() => undefined);
  await answer(id, current?.close(graceMs) ?? Promise.resolve());
  channel.end(() => process.exit(0));
}

/** What is asked before the component is served is answered once it is. */
async function tellFigures(id: number): Promise<void> {
  const current = await serving?.catch(() => undefined);
  if (current !== undefined) send({ kind: 'figures', id, figures: current.figures() });
}

function receive(message: ToProcess): void {
  switch (message.kind) {
    case 'serve':
      serving = serve(message);
      void answer(message.id, serving);
      return;
    case 'scale':
      void obey((runtime) => runtime.scale(message.maxInstances));
      return;
    case 'decision':
      decisions.answer(message.question, message.decision);
      return;
    case 'forget-decisions':
    case 'target-ended':
    case 'target-gone':
    case 'watch':
    case 'capture':
      void serving?.then(
        (current) => current.heed(message),
        () => {},
      );
      return;
    case 'links':
      void obey((runtime) => runtime.setLinks(message.links));
      return;
    case 'config':
      void obey((runtime) => runtime.setConfig(message.config));
      return;
    case 'secrets':
      void obey((runtime) => runtime.setSecrets(message.secrets));
      return;
    case 'figures':
      void tellFigures(message.id);
      return;
    case 'sync':
      void answer(
        message.id,
        obey(() => {}),
      );
      return;
    case 'close':
      void stop(message);
      return;
  }
}

const reader = new FrameReader(maxBytesToProcess, (bytes) => receive(decodeToProcess(bytes)));
channel.on('data', (chunk: Buffer) => reader.push(chunk));
