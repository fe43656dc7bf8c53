import type {
  CanaryComponentInput,
  LinkInput,
  ScaleComponentInput,
  StartProviderInput,
  StringMap,
  UpdateComponentInput,
} from '@wasmlattice/control-interface';
import { describeShare } from '@wasmlattice/control-interface';
import { describeSlot } from './link-slot.js';
import type { LinkRemoval } from './remove-link.js';

/** A host as steps and messages name it. */
export interface StepHost {
  readonly hostId: string;
  readonly friendlyName: string;
}

/** One control request and what it should bring about. */
export type Step =
  | { readonly kind: 'put-config'; readonly name: string; readonly values: StringMap }
  | { readonly kind: 'delete-config'; readonly name: string }
  | { readonly kind: 'start-provider'; readonly host: StepHost; readonly command: StartProviderInput }
  /** The provider runs already with other configs: it takes these in place, or is stopped and started where it can't. */
  | { readonly kind: 'update-provider'; readonly host: StepHost; readonly command: StartProviderInput }
  /** The provider runs with other code: this one takes its place once it serves, or where the host can't, after a stop. */
  | { readonly kind: 'replace-provider'; readonly host: StepHost; readonly command: StartProviderInput }
  /** The provider runs already: nothing is requested. */
  | { readonly kind: 'keep-provider'; readonly host: StepHost; readonly providerId: string }
  | { readonly kind: 'stop-provider'; readonly host: StepHost; readonly providerId: string }
  /** Starts, scales or (with `maxInstances` 0) stops a component. */
  | { readonly kind: 'scale-component'; readonly host: StepHost; readonly command: ScaleComponentInput }
  /** Replaces the code of a running component. */
  | { readonly kind: 'update-component'; readonly host: StepHost; readonly command: UpdateComponentInput }
  /** Stops a component and starts it with other code: hosts of wasmCloud go on to answer with the code from before an update. */
  | { readonly kind: 'restart-component'; readonly host: StepHost; readonly command: ScaleComponentInput }
  /** Runs a second version of a running component for a part of its calls, or (with a share of 0) ends that. */
  | { readonly kind: 'canary-component'; readonly host: StepHost; readonly command: CanaryComponentInput }
  | { readonly kind: 'put-link'; readonly link: LinkInput }
  | ({ readonly kind: 'delete-link' } & LinkRemoval);

/** Steps in the order in which they are carried out. */
export interface Plan {
  readonly application: string;
  readonly steps: readonly Step[];
  /** Complete sentences about what the plan leaves alone. */
  readonly notes: readonly string[];
}

/** What a step does, as the end of a progress line. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'put-config':
      return `put config ${step.name}`;
    case 'delete-config':
      return `delete config ${step.name}`;
    case 'start-provider':
      return `start provider ${step.command.providerId} on ${step.host.friendlyName}`;
    case 'update-provider':
      return `give provider ${step.command.providerId} on ${step.host.friendlyName} its configs`;
    case 'replace-provider':
      return `replace provider ${step.command.providerId} on ${step.host.friendlyName} by ${step.command.providerRef}`;
    case 'keep-provider':
      return `provider ${step.providerId} already runs on ${step.host.friendlyName}`;
    case 'stop-provider':
      return `stop provider ${step.providerId} on ${step.host.friendlyName}`;
    case 'scale-component': {
      const { componentId, maxInstances } = step.command;
      return maxInstances === 0
        ? `stop component ${componentId} on ${step.host.friendlyName}`
        : `scale component ${componentId} to ${maxInstances} on ${step.host.friendlyName}`;
    }
    case 'update-component':
      return `update component ${step.command.componentId} to ${step.command.newComponentRef} on ${step.host.friendlyName}`;
    case 'restart-component':
      return `stop component ${step.command.componentId} on ${step.host.friendlyName} and start it with ${step.command.componentRef}`;
    case 'canary-component': {
      const { componentId, componentRef, share } = step.command;
      return share === 0
        ? `end the canary of component ${componentId} on ${step.host.friendlyName}`
        : `run ${componentRef} for ${describeShare(share)} of the calls of component ${componentId} on ${step.host.friendlyName}`;
    }
    case 'put-link':
      return `link ${describeSlot(step.link)} to ${step.link.target}`;
    case 'delete-link':
      return `delete link ${describeSlot(step.link)} to ${step.link.target}`;
  }
}
