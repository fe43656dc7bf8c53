import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noopLogger } from '@wasmlattice/telemetry';
import { decodeComponent, GuestLimits, InstancePool, linkImports } from '@wasmlattice/wasm-runtime';
import { createEngine, type Engine } from '@wasmlattice/wasm-runtime/engines';
import {
  type GuestSecret,
  hostInterfaces,
  type LinkCall,
  unavailableInterfaces,
} from '@wasmlattice/wasm-runtime/host-functions';
import type { Capture } from '../file/capture-file.js';
import type { RecordedInput, RecordedInvocation } from '../file/records.js';
import type { RecordingLimits } from '../recorder/limits.js';
import { Masks } from '../recorder/masks.js';
import { InvocationRecording } from '../recorder/recording.js';
import { guestEntry } from '../replay/guest-entry.js';

const cacheDir = mkdtempSync(join(tmpdir(), 'capture-'));
process.once('exit', () => rmSync(cacheDir, { recursive: true, force: true }));

/** Compiles each guest once for all tests. */
export const testEngine: Engine = createEngine({ cacheDir });

/** One of `examples/`. */
export function exampleGuest(name: string): Promise<Uint8Array> {
  return readFile(new URL(`../../../../examples/${name}/dist/${name}.wasm`, import.meta.url));
}

export interface RecordedComponentOptions {
  readonly component: Uint8Array;
  readonly config?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, GuestSecret>>;
  /** Answers the calls of the guest. */
  readonly answer?: (linkKey: string, call: LinkCall) => Promise<unknown>;
  readonly masked?: readonly string[];
  readonly limits?: RecordingLimits;
}

/** Calls a component as a host would, and records that. */
export async function recordComponent(
  { component, config = {}, secrets = {}, answer, masked = [], limits }: RecordedComponentOptions,
  inputs: readonly RecordedInput[],
): Promise<Capture> {
  const types = decodeComponent(component);
  const linkage = linkImports(types, {
    component: 'guest',
    interfaces: hostInterfaces,
    unavailable: unavailableInterfaces,
  });
  const compiled = await testEngine.compile(component, { component: 'guest', suspends: linkage.suspends });
  const pool = new InstancePool({
    component: 'guest',
    compiled,
    linkage,
    maxInstances: 1,
    limits: new GuestLimits('guest'),
  });
  const invocations: RecordedInvocation[] = [];
  for (const input of inputs) {
    const recording = new InvocationRecording({
      component: 'guest',
      masks: new Masks(masked),
      ...(limits && { limits }),
      onOver: (record) => {
        if (record !== undefined) invocations.push(record);
      },
    });
    const context = recording.inFrontOf({
      componentId: 'guest',
      logger: noopLogger,
      config: () => new Map(Object.entries(config)),
      secrets: () => new Map(Object.entries(secrets)),
      links: {
        invoke: (linkKey, call) =>
          answer === undefined ? Promise.reject(new Error('no link')) : answer(linkKey, call),
        setLinkName: () => undefined,
      },
    });
    await recording
      .until(
        pool.run(
          context,
          (instance, ended) =>
            guestEntry(types, input).call(instance, {
              component: 'guest',
              recording,
              links: context.links,
              ended,
            }),
          { onFault: (fault) => recording.failed(fault) },
        ),
      )
      .catch(() => {});
  }
  await pool.close();
  compiled.dispose?.();
  // Through text, as a file would have it.
  return JSON.parse(
    JSON.stringify({
      header: { kind: 'capture', version: 1, component: 'guest', at: new Date().toISOString(), masked },
      invocations,
    }),
  ) as Capture;
}

/** The same component with another text in it, of the same length. */
export function withText(component: Uint8Array, from: string, to: string): Uint8Array {
  const [before, after] = [Buffer.from(from), Buffer.from(to)];
  if (before.length !== after.length) throw new Error('texts of a component have the length they have');
  const changed = Buffer.from(component);
  let isFound = false;
  for (let at = changed.indexOf(before); at >= 0; at = changed.indexOf(before, at + 1)) {
    after.copy(changed, at);
    isFound = true;
  }
  if (!isFound) throw new Error(`${from} is nowhere in the component`);
  return changed;
}

export function get(path: string, headers: readonly (readonly [string, string])[] = []): RecordedInput {
  return { http: { method: 'GET', scheme: 'http', authority: 'localhost', path, headers } };
}
