import type { ComponentDescription, ScaleComponentInput } from '@wasmlattice/control-interface';
import { runsOnOurs } from './runs-on-ours.js';
import type { Step, StepHost } from './steps.js';

/** The step that gives a running component the code of a command. After an update, number and configs are still to follow. */
export function replaceCode(
  running: Pick<ComponentDescription, 'config'>,
  host: StepHost,
  command: ScaleComponentInput,
): Extract<Step, { readonly kind: 'restart-component' | 'update-component' }> {
  if (!runsOnOurs(running)) return { kind: 'restart-component', host, command };
  const { annotations, componentId, componentRef: newComponentRef } = command;
  // Not `allow_update` of the scale request: hosts drop the annotations with it.
  return { kind: 'update-component', host, command: { componentId, newComponentRef, annotations } };
}
