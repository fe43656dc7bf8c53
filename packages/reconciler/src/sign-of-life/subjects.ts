import { checkLatticeName } from '@wasmlattice/control-interface';

// Not below `wasmbus.evt`: what is published there goes into a stream of wadm's, and to everybody who looks at events.
const root = 'wasmlattice.alive';

/** `wasmlattice.alive.{lattice}.{host id}` */
export function aliveSubject(lattice: string, hostId: string): string {
  return `${root}.${checkLatticeName(lattice)}.${hostId}`;
}

/** `wasmlattice.alive.{lattice}.*`: all hosts of a lattice. */
export function allAliveSubject(lattice: string): string {
  return `${root}.${checkLatticeName(lattice)}.*`;
}

/** The host of {@link aliveSubject}; `undefined` for any other subject. */
export function parseAliveSubject(subject: string): string | undefined {
  const [first, second, _lattice, hostId, ...rest] = subject.split('.');
  return `${first}.${second}` === root && rest.length === 0 ? hostId : undefined;
}
