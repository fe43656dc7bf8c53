import { createDiagnosticsClient, type DiagnosticsClient } from '@wasmlattice/diagnostics';
import type { LatticeCommand } from './command.js';

/** What hosts of ours tell of themselves, asked as the options of the command say. */
export function diagnosticsOf({ connection, lattice, options }: LatticeCommand): DiagnosticsClient {
  const { inboxPrefix, timeoutMs } = options;
  return createDiagnosticsClient({ connection, lattice, inboxPrefix, timeoutMs });
}
