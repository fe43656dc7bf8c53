import type { StepHost } from '@wasmlattice/applications';
import type { ObservedHost } from '../observation/observed-host.js';

export function stepHost({ inventory: { friendlyName, hostId } }: ObservedHost): StepHost {
  return { friendlyName, hostId };
}
