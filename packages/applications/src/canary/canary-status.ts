import type { ScalerStatus } from '../api/application-status.js';
import type { Canary } from './canary.js';

const outcomes = { promoted: 'took over', 'rolled-back': 'was rolled back' } as const;

/** `canary v2 was rolled back: it does not run`, of one that is over. */
export function describeOutcome({
  reason,
  state,
  version,
}: Pick<Canary, 'reason' | 'version'> & { readonly state: keyof typeof outcomes }): string {
  return `${beginning(version, state)}${reason}`;
}

/** Whether the status of a canary says that it was rolled back. */
export function wasRolledBack({ name, status }: Pick<ScalerStatus, 'name' | 'status'>): boolean {
  return status.message.startsWith(beginning(name, 'rolled-back'));
}

function beginning(version: string, state: keyof typeof outcomes): string {
  return `canary ${version} ${outcomes[state]}: `;
}
