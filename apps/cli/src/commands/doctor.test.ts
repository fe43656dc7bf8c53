import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createKeyAccess } from '@wasmlattice/nats-access';
import { freePort, startNatsServer } from '@wasmlattice/test-support';
import { connect } from 'nats';
import { describe, expect, it } from 'vitest';
import type { Finding } from '../doctor/finding.js';
import { runCli } from '../program.js';
import { useCliScenario } from '../testing/cli-scenario.js';
import { createTestIo } from '../testing/test-io.js';

const scenario = useCliScenario();
const { cli, host } = scenario;

interface Diagnosis {
  readonly code: number;
  readonly ok: boolean;
  readonly of: (id: string) => Finding | undefined;
}

async function examine(...flags: string[]): Promise<Diagnosis> {
  const io = createTestIo({ WASMLATTICE_NATS_URL: scenario.server.url }, scenario.folder);
  const code = await runCli(['doctor', '-o', 'json', '--timeout-ms', '3000', ...flags], io);
  const { output } = io;
  const { ok, findings } = JSON.parse(output) as { ok: boolean; findings: Finding[] };
  return { code, ok, of: (id) => findings.find((finding) => finding.id === id) };
}

describe('doctor', () => {
  it('finds a lattice that works to be well', async () => {
    await host();
    const connection = await connect({ servers: scenario.server.url });
    for (const name of ['LATTICEDATA_default', 'CONFIGDATA_default']) {
      await connection.jetstream().views.kv(name);
    }
    await connection.close();
    const { code, ok, of } = await examine();
    for (const id of ['login', 'permissions', 'jetstream', 'buckets', 'hosts', 'node']) {
      expect(of(id)).toMatchObject({ id, status: 'ok' });
    }
    // What is wrong with this machine would be no fault of the lattice.
    expect(code).toBe(ok ? 0 : 1);
  });

  it('says in words what is wrong and what mends it', async () => {
    const port = await freePort();
    const { code, output } = await cli('doctor', '--nats-url', `nats://127.0.0.1:${port}`);
    expect(output).toContain(`PROBLEM  NATS server`);
    expect(output).toContain(`nothing answers at 127.0.0.1:${port}`);
    expect(output).toMatch(/mend: .*wasmlattice up/);
    expect(output).toMatch(/1 problem, \d warnings?\n$/);
    expect(code).toBe(1);
  });

  it('finds a server without JetStream', async () => {
    await using server = await startNatsServer({ hasJetStream: false });
    const { code, of } = await examine('--nats-url', server.url);
    expect(of('jetstream')).toMatchObject({
      status: 'problem',
      fix: expect.stringContaining('nats-server -js'),
    });
    expect(of('buckets')).toMatchObject({ status: 'unknown' });
    expect(code).toBe(1);
  });

  it('finds what a login may do', async () => {
    const access = createKeyAccess({ lattice: 'default' });
    await using server = await startNatsServer({ config: access.serverConfig });
    const flags = async (role: 'viewer' | 'operator' | 'component', ...more: string[]): Promise<string[]> => {
      const file = join(scenario.folder, `${role}.creds`);
      await writeFile(file, access.credentials[role]);
      return ['--nats-url', server.url, '--ctl-creds', file, ...more];
    };
    const viewer = await examine(...(await flags('viewer', '--ctl-inbox-prefix', '_INBOX_viewer')));
    expect(viewer.of('permissions')).toMatchObject({
      status: 'warning',
      detail: 'it may look, and not command hosts (needs the role operator)',
    });
    const operator = await examine(...(await flags('operator')));
    expect(operator.of('permissions')).toMatchObject({ status: 'ok' });
    const deaf = await examine(...(await flags('viewer')));
    expect(deaf.of('permissions')).toMatchObject({
      status: 'problem',
      fix: expect.stringContaining('--ctl-inbox-prefix'),
    });
    const component = await examine(...(await flags('component', '--ctl-inbox-prefix', '_INBOX_component')));
    expect(component.of('permissions')).toMatchObject({
      status: 'problem',
      fix: expect.stringContaining('access create'),
    });
    const nobody = await examine('--nats-url', server.url);
    expect(nobody.of('login')).toMatchObject({
      status: 'problem',
      fix: expect.stringContaining('--ctl-creds'),
    });
  });
});
