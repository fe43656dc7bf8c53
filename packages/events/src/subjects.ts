import { checkLatticeName } from '@wasmlattice/control-interface/subjects';
import type { EventName } from './lattice-event.js';

// Fixed: the control prefix has no influence on it (docs/spec/events.md#1).
const root = 'wasmbus.evt';

/** `wasmbus.evt.{lattice}.{name}` */
export function eventSubject(lattice: string, name: EventName): string {
  return `${root}.${checkLatticeName(lattice)}.${name}`;
}

/** `wasmbus.evt.{lattice}.*`: all events of a lattice. */
export function allEventsSubject(lattice: string): string {
  return `${root}.${checkLatticeName(lattice)}.*`;
}

/** The inverse of {@link eventSubject}; the name may be one nobody knows. `undefined` for any other subject. */
export function parseEventSubject(
  subject: string,
): { readonly lattice: string; readonly name: string } | undefined {
  const [first, second, lattice, name, ...rest] = subject.split('.');
  if (`${first}.${second}` !== root || lattice === undefined || name === undefined || rest.length > 0) {
    return undefined;
  }
  return { lattice, name };
}
