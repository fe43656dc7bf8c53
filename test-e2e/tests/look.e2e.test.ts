import { createDiagnosticsClient } from '@wasmlattice/diagnostics';
import type { ExportedLog, SpanRecord } from '@wasmlattice/telemetry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, startCli } from '../src/cli-process.js';
import { startComponent } from '../src/deploy.js';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

let scenario: Scenario;

beforeAll(async () => {
  scenario = await startScenario();
  await startComponent(scenario.lattice, scenario.host, { id: 'ops', wasm: paths.ops });
});
afterAll(() => scenario?.[Symbol.asyncDispose]());

const run = (...args: readonly string[]) => runCli(scenario.nats, ...args);

describe('who looks at a lattice that works', () => {
  it('sees calls, what guests log, and what came of it', async () => {
    const { nats, host } = scenario;
    await using logs = startCli(nats, 'logs', '-f', 'ops');
    await using spy = startCli(nats, 'spy', 'ops');
    await logs.waitForLine(/log of ops in lattice default/);
    await spy.waitForLine(/Spying on component ops/);

    expect((await run('call', 'ops', 'note', '"the tide"')).code).toBe(0);
    await spy.waitForLine(/^From: wasmlattice +To: ops/m);
    await spy.waitForLine(/^Operation: test:ops\/shapes@1\.0\.0\.note$/m);
    await spy.waitForLine(/^Message: \{"text":"the tide"\}$/m);
    await logs.waitForLine(/ INFO .*noted the tide.* component=ops/);
    expect((await run('call', 'ops', 'fail')).code).toBe(1);
    await logs.waitForLine(/ERROR .*component ops trapped in test:ops\/shapes/);

    const figures = async (): Promise<unknown> =>
      JSON.parse((await run('top', '--once', '-o', 'json')).output);
    const components = [{ id: 'ops', invocations: 2, errors: 1, running: 0, waiting: 0 }];
    await expect.poll(figures).toMatchObject([{ host_id: host.id, components }]);
    for (const child of [logs, spy]) {
      child.signal('SIGINT');
      expect(await child.exited).toBe(0);
    }
  });

  it('sees what was called and logged, from when it first asks on', async () => {
    const { host, lattice } = scenario;
    const diagnostics = createDiagnosticsClient({ connection: lattice.connection, lattice: 'default' });
    // Threads hear of a wish in the order of their messages, so one that has answered a call since has heard it.
    const { next } = await diagnostics.traces(host.id, 0);
    const spans: SpanRecord[] = [];
    const lines: ExportedLog[] = [];
    const areWhole = (): boolean => spans.some(({ context }) => context.traceId === lines[0]?.traceId);
    for (let after = next; !areWhole(); ) {
      expect((await run('call', 'ops', 'note', '"the ebb"')).code).toBe(0);
      const told = await diagnostics.traces(host.id, after);
      spans.push(...told.spans);
      lines.push(...told.lines);
      after = told.next;
    }
    expect(spans[0]).toMatchObject({
      name: 'component_invocation',
      attributes: { component_id: 'ops', func: 'note' },
    });
    expect(lines[0]?.message).toContain('the ebb');
  });

  it('finds it well, and draws it', async () => {
    const { findings } = JSON.parse((await run('doctor', '-o', 'json', '--timeout-ms', '6000')).output) as {
      findings: readonly { readonly id: string; readonly status: string }[];
    };
    const statuses = Object.fromEntries(findings.map(({ id, status }) => [id, status]));
    const well = { login: 'ok', permissions: 'ok', jetstream: 'ok', buckets: 'ok', hosts: 'ok', clock: 'ok' };
    expect(statuses).toMatchObject(well);
    expect((await run('graph')).output).toContain('n0("ops")');
  });
});
