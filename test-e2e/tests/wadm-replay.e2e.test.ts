import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir, freePort, startNatsServer, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { greeting, secondGreeting, writeInteropGuests } from '../interop/guests.js';
import { type HostProcess, startHost } from '../src/host-process.js';
import { joinLattice, type Lattice } from '../src/lattice.js';
import { paths } from '../src/paths.js';

/** A request of wadm 0.21.1, as `pnpm interop wadm` recorded it; words in braces stand for what is of one run. */
interface RecordedRequest {
  readonly request: string;
  readonly body: string;
}

interface ScaleRequest {
  readonly component_id: string;
  readonly count: number;
  readonly annotations: Readonly<Record<string, string>>;
}

const stack = new AsyncDisposableStack();
let lattice: Lattice;
let hosts: Readonly<Record<'hostA' | 'hostB', HostProcess>>;
let values: Readonly<Record<string, string>>;
let steps: ReadonlyMap<string, readonly RecordedRequest[]>;

beforeAll(async () => {
  const folder: TempDir = stack.use(await createTempDir());
  const nats = stack.use(await startNatsServer());
  lattice = stack.use(await joinLattice(nats));
  const start = async (zone: string): Promise<HostProcess> =>
    stack.use(await startHost({ nats, args: ['--serving-threads', '1', '--label', `zone=${zone}`] }));
  hosts = { hostA: await start('a'), hostB: await start('b') };
  const { hello, helloAgain, counter } = await writeInteropGuests(folder.path);
  values = {
    hostA: hosts.hostA.id,
    hostB: hosts.hostB.id,
    hello,
    helloAgain,
    counter,
    keyvalue: paths.keyvalueProvider,
    nats: nats.url,
    helloPort: String(await freePort()),
    counterPort: String(await freePort()),
  };
  steps = await readSteps(join(import.meta.dirname, '../fixtures/wadm-0.21.1.jsonl'));
});
afterAll(() => stack.disposeAsync());

async function readSteps(file: string): Promise<ReadonlyMap<string, readonly RecordedRequest[]>> {
  const found = new Map<string, RecordedRequest[]>();
  let current: RecordedRequest[] = [];
  for (const line of (await readFile(file, 'utf8')).trimEnd().split('\n')) {
    const entry = JSON.parse(line) as RecordedRequest | { readonly step: string };
    if ('request' in entry) current.push(entry);
    else {
      current = [];
      found.set(entry.step, current);
    }
  }
  return found;
}

function fill(text: string): string {
  return text.replaceAll(/\{(\w+)\}/g, (word, name: string) => values[name] ?? word);
}

/** Sends what wadm sent in a step, and fails unless each is answered as wadm goes on with. */
async function replay(step: string): Promise<void> {
  const requests = steps.get(step) ?? [];
  expect(requests).not.toHaveLength(0);
  for (const { request, body } of requests) {
    const { success, message } = await lattice.ask(fill(request), fill(body));
    if (request.startsWith('provider.start.') && !success) {
      expect(message).toBe('provider with that ID is already running');
    } else expect([request, success, message]).toEqual([request, true, message]);
  }
}

interface Inventory {
  readonly components: readonly {
    readonly id: string;
    readonly max_instances: number;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
  readonly providers: readonly unknown[];
}

async function inventoryOf(host: HostProcess): Promise<Inventory> {
  return (await lattice.succeed(`host.get.${host.id}`)).response as Inventory;
}

/** What a host runs, by what wadm counts: ids, instances and its own annotations. */
async function instances(name: 'hostA' | 'hostB'): Promise<Record<string, unknown>> {
  const { components } = await inventoryOf(hosts[name]);
  return Object.fromEntries(
    components.map(({ id, ...rest }) => [id, [rest.max_instances, rest.annotations]]),
  );
}

/** The same as wadm asked for last, up to and with a step. */
function asked(name: 'hostA' | 'hostB', step: string): Record<string, unknown> {
  const wanted: Record<string, unknown> = {};
  for (const [each, requests] of steps) {
    for (const { request, body } of requests) {
      if (request !== `component.scale.{${name}}`) continue;
      const { component_id: id, count, annotations } = JSON.parse(body) as ScaleRequest;
      if (count === 0) delete wanted[id];
      else wanted[id] = [count, annotations];
    }
    if (each === step) break;
  }
  return wanted;
}

async function runsWhatWasAsked(step: string): Promise<void> {
  for (const name of ['hostA', 'hostB'] as const) {
    const wanted = asked(name, step);
    expect(Object.keys(wanted)).toHaveLength(2);
    await expect.poll(() => instances(name)).toEqual(wanted);
  }
}

async function answers(port: string, expected: string | RegExp): Promise<void> {
  const ask = async (): Promise<string> => (await fetch(`http://127.0.0.1:${values[port]}/`)).text();
  await expect.poll(() => ask().catch(String)).toMatch(expected);
}

async function nothingRuns(): Promise<void> {
  for (const host of Object.values(hosts)) {
    await expect.poll(() => inventoryOf(host)).toMatchObject({ components: [], providers: [] });
  }
  // Either host may have deleted them, and either answers.
  await expect.poll(async () => (await lattice.succeed('link.get')).response).toEqual([]);
}

describe('an application that wadm', () => {
  it('deploys runs on the hosts it chose, annotated as it counts, and answers', async () => {
    await replay('deploy');
    await runsWhatWasAsked('deploy');
    await answers('helloPort', greeting);
    await answers('counterPort', /^\d$/);
  });

  it('scales has its new instances', async () => {
    await replay('scale');
    await runsWhatWasAsked('scale');
  });

  it('updates answers with its new code, although wadm deletes its config in between', async () => {
    await replay('update');
    await runsWhatWasAsked('update');
    await answers('helloPort', secondGreeting);
  });

  it('undeploys is gone, and comes back when it is deployed again', async () => {
    await replay('undeploy');
    await nothingRuns();
    await replay('deploy again');
    await runsWhatWasAsked('deploy again');
    await answers('helloPort', greeting);
  });

  it('deletes leaves nothing', async () => {
    await replay('delete');
    await nothingRuns();
  });
});
