import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { createComponentRuntime, openHttpListener } from '@wasmlattice/component-host';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { createEngine } from '@wasmlattice/wasm-runtime/engines';

// Serves what the build has left as a host does, without a lattice.
test('greets who is named', async () => {
  const bytes = await readFile(new URL('../dist/component.wasm', import.meta.url));
  const lattice = new MemoryLattice();
  const runtime = await createComponentRuntime({
    componentId: '__NAME__',
    prepared: await createEngine().prepare(bytes, { component: '__NAME__' }),
    transports: { lattice: createMemoryInvoker({ lattice }) },
    server: async () => createMemoryServer({ lattice }),
    maxInstances: 4,
  });
  try {
    assert.ok(runtime.http);
    const listener = await openHttpListener({ host: '127.0.0.1', port: 0, handle: runtime.http });
    try {
      const response = await fetch(`http://127.0.0.1:${listener.address.port}/?name=Ada`);
      assert.equal(await response.text(), 'Hello, Ada!\n');
    } finally {
      await listener.close();
    }
  } finally {
    await runtime.close(1_000);
  }
});
