import { setFlagsFromString } from 'node:v8';

/**
 * Has each thread of the process collect its young garbage by itself. V8 has other threads help, and the thread waits until each of them is done,
 * also with its turn on a core: where serving threads keep the cores busy that takes longer than the whole work, of which there is little, since
 * what requests allocate does not outlive them.
 */
export function scavengeAlone(): void {
  setFlagsFromString('--no-parallel-scavenge');
}
