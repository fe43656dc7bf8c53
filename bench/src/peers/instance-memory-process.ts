import { readFile } from 'node:fs/promises';
import { noopLogger } from '@wasmlattice/telemetry';
import { decodeComponent, linkImports } from '@wasmlattice/wasm-runtime';
import { type ComponentInstance, createEngine } from '@wasmlattice/wasm-runtime/engines';
import {
  hostInterfaces,
  incomingHandlerExport,
  invokeIncomingHandler,
} from '@wasmlattice/wasm-runtime/host-functions';
import { unreadExchange } from '../load/unread-exchange.js';
import { privateMemory } from '../process-memory.js';
import type { InstanceMemory, InstanceMemoryTask } from './instance-memory.js';

const { file, instances } = JSON.parse(process.argv[2] ?? '') as InstanceMemoryTask;
const component = 'guest';

const bytes = await readFile(file);
const types = decodeComponent(bytes);
const exportId = incomingHandlerExport(types) ?? '';
const linkage = linkImports(types, { component, interfaces: hostInterfaces });
const engine = createEngine({ choice: 'direct' });
const compiled = await engine.compile(bytes, { component, suspends: linkage.suspends });

async function start(): Promise<ComponentInstance> {
  const signal = new AbortController().signal;
  return await compiled.instantiate(
    linkage.bind({
      componentId: component,
      config: () => new Map(),
      links: { invoke: () => Promise.reject(new Error('no links')), setLinkName: (_, [key]) => key ?? '' },
      logger: noopLogger,
      signal,
    }),
    { signal },
  );
}

/** So many instances at a time, each of which answers and is kept. */
async function serve(count: number): Promise<number> {
  const started = await Promise.all(Array.from({ length: count }, start));
  for (const instance of started) {
    const outcome = await invokeIncomingHandler({
      instance,
      exportId,
      exchange: unreadExchange(),
      component,
    });
    if (outcome.kind !== 'answered') throw new Error(`the guest ${outcome.kind}`);
    instance.release?.();
  }
  globalThis.gc?.();
  return await privateMemory(process.pid);
}

// What the engine itself needs is there after the first, and machine code of the guest after some more.
for (let i = 0; i < 50; i++) await serve(1);
const first = await serve(1);
await serve(instances);
// Each instance is reset twice at least: the first reset of one is not like the others.
const all = await serve(instances);
process.send?.({ first, all } satisfies InstanceMemory);
