import {
  type ApplicationClient,
  type ApplicationStore,
  createApplicationClient,
  createKvApplicationStore,
} from '@wasmlattice/applications';
import type { LatticeCommand } from '../command.js';
import { jetstreamOptions } from '../global-options.js';
import { RememberedApplications } from './remembered-applications.js';

/** What commands look at, whoever has it. */
export type ApplicationReads = Pick<ApplicationClient, 'list' | 'get' | 'versions' | 'history' | 'status'>;

/**
 * The applications of a lattice. Served: a host of ours or a wadm takes what is asked and watches over it. Direct: nobody does; this program
 * carries it out itself and the lattice remembers it.
 */
export type Applications =
  | { readonly kind: 'served'; readonly reads: ApplicationReads; readonly client: ApplicationClient }
  | { readonly kind: 'direct'; readonly reads: ApplicationReads; readonly store: ApplicationStore };

/** Finds out who has the applications of the lattice. */
export async function openApplications(command: LatticeCommand): Promise<Applications> {
  const { connection, lattice, options } = command;
  const client = createApplicationClient({ connection, lattice, timeoutMs: options.timeoutMs });
  if (await client.isServed()) return { kind: 'served', reads: client, client };
  const jetstream = connection.jetstream(jetstreamOptions(options));
  const store = createKvApplicationStore({ jetstream, lattice });
  return { kind: 'direct', reads: new RememberedApplications(store, command), store };
}
