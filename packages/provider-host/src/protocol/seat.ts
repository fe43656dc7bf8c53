import type { HostData } from './host-data.js';

/** A provider's place in a process that it shares with others: what a process of its own has in standard input, standard error, signals and exit. */
export interface ProviderSeat {
  readonly hostData: HostData;
  /** Takes a line of the log. */
  write(line: string): void;
  /** Aborted when the provider is to stop without a shutdown request. */
  readonly stop: AbortSignal;
  /** The provider has stopped, or failed with `error`; nothing of it goes on. */
  ended(error?: string): void;
}

/** The seat for whoever calls `runProvider` next. A process may have several copies of this package. */
const key = Symbol.for('wasmlattice.provider-seat');
type Seats = { [key]?: ProviderSeat | undefined };

/** Offers a seat to the program that is loaded next; `undefined` takes the offer back. */
export function offerSeat(seat: ProviderSeat | undefined): void {
  (globalThis as Seats)[key] = seat;
}

/** Takes the seat that is offered, if there is one: the provider shares its process then. */
export function takeSeat(): ProviderSeat | undefined {
  const seat = (globalThis as Seats)[key];
  offerSeat(undefined);
  return seat;
}
