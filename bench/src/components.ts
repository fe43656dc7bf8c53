import type { ScaleComponentInput } from '@wasmlattice/control-interface';
import type { BenchLattice } from './lattice.js';

/** Longest wait for the host to do what it was told, in ms; reached only when something is broken. */
const patienceMs = 120_000;

/** A CloudEvent on a component, as far as it is read here. */
interface ComponentEvent {
  readonly type: string;
  readonly data: { readonly component_id?: string; readonly error?: string };
}

/**
 * Sends all commands at once; resolves once the host told of each that its component runs, and rejects at the first that it can't
 * start.
 */
export async function scaleAll(
  lattice: BenchLattice,
  commands: readonly ScaleComponentInput[],
): Promise<void> {
  const { connection, control, hostId } = lattice;
  const missing = new Set(commands.map(({ componentId }) => componentId));
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const subscription = connection.subscribe(`wasmbus.evt.${lattice.lattice}.*`, {
    callback: (error, message) => {
      if (error) reject(error);
      const { type, data } = message.json<ComponentEvent>();
      if (type.endsWith('.component_scale_failed')) {
        reject(new Error(`component ${data.component_id} did not start: ${data.error}`));
      }
      if (
        type.endsWith('.component_scaled') &&
        missing.delete(data.component_id ?? '') &&
        missing.size === 0
      ) {
        resolve();
      }
    },
  });
  const timer = setTimeout(() => {
    reject(new Error(`${missing.size} of ${commands.length} components did not start in ${patienceMs} ms`));
  }, patienceMs);
  try {
    await connection.flush();
    await Promise.all([promise, ...commands.map((command) => control.scaleComponent(hostId, command))]);
  } finally {
    clearTimeout(timer);
    subscription.unsubscribe();
  }
}
