import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { brotliDecompressSync } from 'node:zlib';
import { RecordingLogger } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeComponent } from '../../formats/component/index.js';
import { hostInterfaces, unavailableInterfaces } from '../../host-functions/wasi/index.js';
import { linkImports } from '../../linker/linker.js';
import { InstancePool } from '../../pool/instance-pool.js';
import { testContext } from '../../testing/context.js';
import { createDirectEngine } from './direct-engine.js';

const folder = new URL('testing/javascript-and-rust/', import.meta.url);
const reports = 'test:parts/reports@1.0.0';

describe('a composition of JavaScript and Rust, as wasm-tools make it', () => {
  const logger = new RecordingLogger();
  let composed: Uint8Array;
  let pool: InstancePool;

  beforeAll(async () => {
    composed = brotliDecompressSync(await readFile(new URL('composed.wasm.br', folder)));
    const component = 'javascript-and-rust';
    const linkage = linkImports(decodeComponent(composed), {
      component,
      interfaces: hostInterfaces,
      unavailable: unavailableInterfaces,
    });
    const engine = createDirectEngine({ logger });
    const compiled = await engine.compile(composed, { component, suspends: linkage.suspends });
    pool = new InstancePool({ component, compiled, linkage, maxInstances: 1 });
  });
  afterAll(() => pool?.close());

  /** Calls a function in an invocation of its own. */
  const call = (func: string, ...params: readonly unknown[]): Promise<unknown> =>
    pool.run(testContext(), (instance) => instance.call(reports, func, params));

  it('is the one whose checksum was written down', async () => {
    const { bytes, sha256 } = JSON.parse(await readFile(new URL('composed.json', folder), 'utf8'));
    expect(composed.length).toBe(bytes);
    expect(createHash('sha256').update(composed).digest('hex')).toBe(sha256);
  });

  it('passes texts, records, lists and errors between its parts', async () => {
    expect(await call('longest', 'a wörld of 𝒲ords')).toEqual({ tag: 'ok', val: '𝒲ords' });
    expect(await call('longest', ' ')).toEqual({ tag: 'ok', val: undefined });
    expect(await call('longest', '')).toEqual({ tag: 'err', val: 'there is no text' });
    expect(await call('longest', 'ä'.repeat(1_001))).toEqual({ tag: 'err', val: 'a text of 2002 bytes' });
    expect(await call('count', ['one two', 'two', '', 'three two one'])).toEqual([
      ['one', 2],
      ['three', 1],
      ['two', 3],
    ]);
  });

  it('ends when a part fails, and is there again for the next invocation', async () => {
    await expect(call('fail')).rejects.toThrow(/the guest trapped/);
    expect(await call('longest', 'again')).toEqual({ tag: 'ok', val: 'again' });
  });

  it('is reset between invocations', () => {
    // Otherwise the log says why not.
    expect(logger.records.filter(({ level }) => level !== 'debug')).toEqual([]);
  });
});
