import type { ComponentDescription } from '@wasmlattice/control-interface';

/** Whether a component of an inventory runs on a host of ours: those of wasmCloud do not tell which configs it has. */
export function runsOnOurs({ config }: Pick<ComponentDescription, 'config'>): boolean {
  return config !== undefined;
}
