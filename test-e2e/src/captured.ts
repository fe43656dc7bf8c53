import { type Capture, parseCapture } from '@wasmlattice/capture';
import { createDiagnosticsClient } from '@wasmlattice/diagnostics';
import type { Scenario } from './scenario.js';

/** What a component does meanwhile, as its host records it. */
export async function captured(
  { lattice, host }: Pick<Scenario, 'lattice' | 'host'>,
  component: string,
  work: () => Promise<void>,
): Promise<Capture> {
  const over = new AbortController();
  const begun = Promise.withResolvers<void>();
  const header = { kind: 'capture', version: 1, component, at: new Date().toISOString() };
  const lines = [JSON.stringify(header)];
  const capturing = createDiagnosticsClient({
    connection: lattice.connection,
    lattice: 'default',
    timeoutMs: 60_000,
  }).capture(host.id, {
    capture: component,
    component,
    count: 1_000,
    signal: over.signal,
    onBegin: () => begun.resolve(),
    onLines: (more) => lines.push(...more),
  });
  await Promise.race([begun.promise, capturing]);
  try {
    await work();
  } finally {
    // What is told with the answer after the next is all there is by now.
    over.abort();
  }
  await capturing;
  return parseCapture(lines.map((line) => `${line}\n`).join(''));
}
