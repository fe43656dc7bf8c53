import type { BuiltGuest, GalleryGuest, GuestKind } from '@wasmlattice/example-gallery';
import { freePort } from '@wasmlattice/test-support';
import { serveHttp, startComponent, stopComponent } from '../deploy.js';
import { type EngineName, engineArgs } from '../engine-args.js';
import { type HttpLoadRequest, startHttpLoad } from '../http-load.js';
import type { Lattice } from '../lattice.js';
import { type Scenario, startScenario } from '../scenario.js';
import { checkGuest } from './check-guest.js';
import { componentIdOf, linkGuest, startProviders } from './serve-guest.js';
import { startUpstream, type Upstream } from './upstream.js';

/** What became of one guest on one engine. */
export interface GalleryRow {
  readonly language: string;
  readonly kind: GuestKind;
  readonly engine: EngineName;
  readonly outcome: 'ok' | 'failed' | 'skipped';
  /** Why it is not ok. */
  readonly reason?: string;
  /** Of the component. */
  readonly bytes?: number;
  /** Absent if the component was built before. */
  readonly buildMs?: number;
  /**
   * From the command that starts the component to its first answer, without the time to put up the HTTP server. A component with
   * guests of several kinds starts for the first of them.
   */
  readonly firstAnswerMs?: number;
  /** Requests per second over 1 and over 16 connections. */
  readonly rates?: readonly [number, number];
  /** Why each invocation takes a new instance; absent if instances are reset. */
  readonly newInstances?: string;
}

export interface GalleryRun {
  readonly guests: readonly GalleryGuest[];
  readonly engines: readonly EngineName[];
  readonly report: (message: string) => void;
}

const maxInstances = 16;
/** How long each load lasts, in ms. */
const loadMs = 1_500;

/** Serves each guest on a host with each engine, checks what it answers and measures how fast. */
export async function runGallery({ guests, engines, report }: GalleryRun): Promise<readonly GalleryRow[]> {
  const rows: GalleryRow[] = [];
  await using upstream = await startUpstream();
  for (const engine of engines) {
    await using scenario = await startScenario({ args: [...engineArgs(engine), '--log-level', 'debug'] });
    await startProviders(scenario);
    for (const guest of guests.filter(({ kinds }) => kinds.length > 0)) {
      if (engine === 'jco' && guest.language.wit !== undefined) {
        rows.push(...rowsOf(guest, { engine, outcome: 'skipped', reason: 'WASI 0.3 runs on direct only' }));
      } else if (guest.outcome === 'built') {
        report(`${guest.language.name}/${guest.guest} on ${engine}`);
        rows.push(...(await runGuest(scenario, guest, { engine, upstream })));
      } else {
        const reason = guest.outcome === 'failed' ? `build: ${messageOf(guest.error)}` : guest.reason;
        rows.push(...rowsOf(guest, { engine, outcome: guest.outcome, reason }));
      }
    }
  }
  return rows;
}

async function runGuest(
  scenario: Scenario,
  guest: BuiltGuest,
  { engine, upstream }: { readonly engine: EngineName; readonly upstream: Upstream },
): Promise<readonly GalleryRow[]> {
  const { host, lattice } = scenario;
  const id = componentIdOf(guest);
  const { bytes, buildMs } = guest;
  const built = { engine, bytes, ...(buildMs !== undefined && { buildMs }) };
  await linkGuest(scenario, guest);
  const start = performance.now();
  try {
    const failure = Promise.withResolvers<never>();
    using _ = watchFailure(lattice, id, failure.reject);
    await Promise.race([
      failure.promise,
      startComponent(lattice, host, { id, wasm: guest.file, maxInstances }),
    ]);
  } catch (error) {
    const reason = `does not start: ${messageOf(error)}`;
    return rowsOf(guest, { ...built, outcome: 'failed', reason });
  }
  const startMs = performance.now() - start;
  const url = await serveHttp(lattice, host, id, await freePort());

  const rows: GalleryRow[] = [];
  for (const kind of guest.kinds) {
    const row = { language: guest.language.name, kind, ...built };
    const request = loadOf(kind, url, upstream);
    try {
      const asked = performance.now();
      await answerTo(request);
      const firstAnswerMs = startMs + performance.now() - asked;
      const checked = { url, title: guest.language.title, upstream };
      await checkGuest(kind, checked);
      const rates = [await measureRate(request, 1), await measureRate(request, maxInstances)] as const;
      // Instances that have served before answer as new ones do.
      await checkGuest(kind, checked);
      const newInstances =
        engine === 'jco' ? 'jco makes one for each' : readObstacle(host.child.output(), id);
      rows.push({
        ...row,
        outcome: 'ok',
        ...(rows.length === 0 && { firstAnswerMs }),
        rates,
        ...(newInstances !== undefined && { newInstances }),
      });
    } catch (error) {
      rows.push({ ...row, outcome: 'failed', reason: messageOf(error) });
    }
  }
  await stopComponent(lattice, host, { id, wasm: guest.file });
  return rows;
}

function rowsOf(
  { language, kinds }: GalleryGuest,
  rest: Omit<GalleryRow, 'language' | 'kind'>,
): readonly GalleryRow[] {
  return kinds.map((kind) => ({ language: language.name, kind, ...rest }));
}

interface LoadRequest extends HttpLoadRequest {
  readonly url: string;
}

/** The request that a guest of the kind is measured with. */
function loadOf(kind: GuestKind, url: string, upstream: Upstream): LoadRequest {
  switch (kind) {
    case 'hello':
      return { url: `${url}/` };
    case 'echo':
      return { url: `${url}/`, method: 'POST', body: 'x'.repeat(1_000) };
    case 'counter':
      return { url: `${url}/visits` };
    case 'proxy':
      return { url: `${url}/${upstream.url}/` };
  }
}

async function answerTo({ url, method = 'GET', body }: LoadRequest): Promise<void> {
  const response = await fetch(url, { method, ...(body !== undefined && { body }) });
  const text = await response.text();
  if (!response.ok) throw new Error(`the first answer is ${response.status} ${text.slice(0, 200)}`);
}

/** Answers per second over so many connections, after as long as a tenth of the load without counting. */
async function measureRate(request: LoadRequest, connections: number): Promise<number> {
  const load = startHttpLoad(request.url, connections, request);
  await answersFor(load, connections, loadMs / 10);
  const start = performance.now();
  const answers = await answersFor(load, connections, loadMs);
  const rate = answers / ((performance.now() - start) / 1_000);
  const { statuses } = await load.end();
  const wrong = [...statuses].filter((status) => status !== 200);
  if (wrong.length > 0) throw new Error(`under load there are answers with status ${wrong.join(', ')}`);
  return rate;
}

async function answersFor(
  load: ReturnType<typeof startHttpLoad>,
  connections: number,
  durationMs: number,
): Promise<number> {
  let answers = 0;
  for (const end = performance.now() + durationMs; performance.now() < end; answers += connections) {
    await load.answers(connections);
  }
  return answers;
}

/** Calls back when the host says that the component can't start. */
function watchFailure({ connection }: Lattice, id: string, onFailure: (error: Error) => void): Disposable {
  const subscription = connection.subscribe('wasmbus.evt.default.component_scale_failed', {
    callback: (_error, message) => {
      const { data } = message.json<{ data: { component_id: string; error?: string } }>();
      if (data.component_id === id) onFailure(new Error(data.error ?? 'the host says no reason'));
    },
  });
  return { [Symbol.dispose]: () => subscription.unsubscribe() };
}

/** Why the host makes a new instance of a component for each invocation, as it says in its log. */
function readObstacle(log: string, id: string): string | undefined {
  const line = log
    .split('\n')
    .find(
      (text) => text.includes('each invocation takes a new instance') && text.includes(`component=${id}`),
    );
  if (line === undefined) return undefined;
  const [, quoted, bare] = /\breason=(?:("(?:[^"\\]|\\.)*")|(\S+))/.exec(line) ?? [];
  return quoted === undefined ? (bare ?? line) : (JSON.parse(quoted) as string);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
