import { http03GuestExport, http03Leaver } from '@wasmlattice/test-support';
import { expect, it } from 'vitest';
import { decodeComponent } from '../../formats/component/index.js';
import { invokeIncomingHandler } from '../../host-functions/wasi/http/incoming-handler.js';
import { MemoryExchange } from '../../host-functions/wasi/http/memory-exchange.js';
import { hostInterfaces } from '../../host-functions/wasi/index.js';
import { MemorySource } from '../../host-functions/wasi/io/index.js';
import { linkImports } from '../../linker/linker.js';
import { InstancePool } from '../../pool/instance-pool.js';
import { buildGuest } from '../../testing/build-guest.js';
import { testContext } from '../../testing/context.js';
import { createDirectEngine } from './direct-engine.js';

it('a body that a guest leaves open when it returns ends with what it wrote, at whatever pace that is taken', async () => {
  const component = 'leaver';
  const bytes = await buildGuest(http03Leaver);
  const linkage = linkImports(decodeComponent(bytes), { component, interfaces: hostInterfaces });
  const compiled = await createDirectEngine().compile(bytes, { component, suspends: linkage.suspends });
  const pool = new InstancePool({ component, compiled, linkage, maxInstances: 1 });
  const body = 'x'.repeat(300_000);
  for (const window of [1_000_000, 10_000]) {
    const exchange = new MemoryExchange({
      method: 'POST',
      body: new MemorySource([Buffer.from(body)]),
      window,
    });
    let told = 0;
    const handled = pool.run(testContext(), (instance, signal) =>
      invokeIncomingHandler({
        instance,
        exportId: http03GuestExport,
        exchange,
        component,
        signal,
        onUnfinishedBody: () => {
          told++;
        },
      }),
    );
    let taken = '';
    while (exchange.finished === undefined) {
      taken += exchange.sink.text();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await handled).toEqual({ kind: 'answered', status: 200 });
    expect([taken + exchange.sink.text() === body, told]).toEqual([true, 1]);
  }
  await pool.close();
  compiled.dispose?.();
});
