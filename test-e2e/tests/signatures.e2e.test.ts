import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { providerTarget, writeProviderArchive } from '@wasmlattice/artifacts';
import { createSigningKey, signComponent } from '@wasmlattice/identity';
import { createTempDir, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../src/paths.js';
import { type Scenario, startScenario } from '../src/scenario.js';

const [ours, theirs] = [createSigningKey('account'), createSigningKey('account')];
const now = Math.floor(Date.now() / 1_000);

let images: TempDir;
const file = (name: string): string => `file://${join(images.path, name)}`;

beforeAll(async () => {
  images = await createTempDir();
  const hello = await readFile(paths.hello);
  const subject = createSigningKey('module').publicKey;
  const metadata = { name: 'hello', revision: 1, version: '0.1.0', provider: false };
  const sign = async (name: string, account: typeof ours, expires?: number): Promise<void> => {
    const { bytes } = await signComponent(hello, { subject, metadata, issuedAt: now, expires }, account);
    await writeFile(join(images.path, name), bytes);
  };
  await sign('ours.wasm', ours);
  await sign('theirs.wasm', theirs);
  await sign('expired.wasm', ours, now - 60);
  await writeFile(join(images.path, 'unsigned.wasm'), hello);
  const changed = await readFile(join(images.path, 'ours.wasm'));
  await writeFile(
    join(images.path, 'changed.wasm'),
    Buffer.concat([changed, Uint8Array.from([0, 2, 1, 120])]),
  );

  const program = `#!/usr/bin/env node\nimport(${JSON.stringify(pathToFileURL(paths.toldProvider).href)});\n`;
  const pack = async (name: string, account: typeof ours, expires?: number): Promise<void> => {
    const { bytes } = await writeProviderArchive(
      {
        programs: new Map([[providerTarget(process.arch, process.platform), Buffer.from(program)]]),
        metadata: { name: 'told', vendor: 'acme', revision: 2, version: '0.2.0' },
        subject: createSigningKey('service').publicKey,
        issuedAt: now,
        expires,
      },
      account,
    );
    await writeFile(join(images.path, name), bytes);
  };
  await pack('ours.par', ours);
  await pack('theirs.par', theirs);
  await pack('expired.par', ours, now - 60);
});
afterAll(() => images?.[Symbol.asyncDispose]());

/** A host and what it says of things that it is to start, each under its own id. */
function setUp(...args: string[]) {
  let scenario: Scenario;
  beforeAll(async () => {
    scenario = await startScenario({ args });
  });
  afterAll(() => scenario?.[Symbol.asyncDispose]());
  /** `runs`, or the error of the event that says why not. */
  const outcome = async (id: string): Promise<string> => {
    const found = (): string | undefined => {
      const about = scenario.lattice.events.find(
        ({ type, data }) =>
          (data.component_id === id || data.provider_id === id) && /scaled|started|failed/.test(type),
      );
      return about && String(about.data.error ?? 'runs');
    };
    await expect.poll(found, { message: `what became of ${id}` }).toBeDefined();
    return found() ?? '';
  };
  return {
    async component(name: string): Promise<string> {
      const { host, lattice } = scenario;
      const id = name.replace('.', '-');
      const command = { component_id: id, component_ref: file(name), count: 1 };
      await lattice.succeed(`component.scale.${host.id}`, command);
      return outcome(id);
    },
    async provider(name: string): Promise<string> {
      const { host, lattice } = scenario;
      const id = name.replace('.', '-');
      await lattice.succeed(`provider.start.${host.id}`, { provider_id: id, provider_ref: file(name) });
      return outcome(id);
    },
    logs: (pattern: RegExp) => scenario.host.child.waitForLine(pattern),
  };
}

describe('a host', () => {
  const start = setUp();

  it('runs what anybody or nobody signed, but no component whose token does not count', async () => {
    expect(await start.component('ours.wasm')).toBe('runs');
    expect(await start.component('theirs.wasm')).toBe('runs');
    expect(await start.component('unsigned.wasm')).toBe('runs');
    expect(await start.component('expired.wasm')).toContain('token expired at');
    expect(await start.component('changed.wasm')).toContain('Invalid module hash');
  });

  it('refuses a provider whose token does not count, and runs the others', async () => {
    expect(await start.provider('expired.par')).toContain('token expired at');
    expect(await start.provider('theirs.par')).toBe('runs');
  });
});

describe('a host that takes providers as they are signed', () => {
  const start = setUp('--signatures', 'as-signed');

  it('runs one whose token does not count, as wasmCloud 1.9 does, with a warning', async () => {
    expect(await start.provider('expired.par')).toBe('runs');
    await start.logs(/WARN .*the token of a provider does not count/);
  });
});

describe('a host with allowed issuers', () => {
  const start = setUp('--allowed-issuers', ours.publicKey);

  it('runs only what they signed', async () => {
    expect(await start.component('ours.wasm')).toBe('runs');
    expect(await start.provider('ours.par')).toBe('runs');
    expect(await start.component('theirs.wasm')).toContain('not among the --allowed-issuers');
    expect(await start.provider('theirs.par')).toContain('not among the --allowed-issuers');
    expect(await start.component('unsigned.wasm')).toContain('is not signed');
  });
});
