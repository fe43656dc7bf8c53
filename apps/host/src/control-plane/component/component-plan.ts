import type { ScaleComponentCommand } from '@wasmlattice/control-interface';
import { keepTerms, sameTerms, type Terms } from './terms.js';

/** What a component is to run as: what commands say of it, and what the inventory of the host tells. */
export interface ComponentSettings {
  readonly imageRef: string;
  /** How many of its invocations may run at once; at least 1. */
  readonly maxInstances: number;
  readonly annotations: Readonly<Record<string, string>>;
  readonly limits: ScaleComponentCommand['componentLimits'];
  /** The named configs it gets, in the order in which they are merged. */
  readonly configNames: readonly string[];
}

/** What has to happen to a component that does not run on this host. */
export type StartPlan =
  | { readonly step: 'nothing' }
  /** To be fetched and started. */
  | { readonly step: 'start'; readonly settings: ComponentSettings };

/** What has to happen to a component that runs. */
export type ChangePlan =
  | { readonly step: 'nothing' }
  | { readonly step: 'stop' }
  /** The generation that runs stays, and is told of its new numbers and configs. */
  | { readonly step: 'rescale'; readonly settings: ComponentSettings }
  /** What changes is part of a generation: a new one takes over from the one that runs. */
  | { readonly step: 'replace'; readonly settings: ComponentSettings };

/** What a scale command asks of a component that does not run here. */
export function planStart(command: ScaleComponentCommand): StartPlan {
  const { componentRef: imageRef, maxInstances, annotations, componentLimits: limits, config } = command;
  if (maxInstances === 0) return { step: 'nothing' };
  return { step: 'start', settings: { imageRef, maxInstances, annotations, limits, configNames: config } };
}

/**
 * What a scale command asks of a component that runs as `current`. Its image stays, whatever the command names: that is changed by
 * an update.
 *
 * @param terms those of the component now, and those that the command leaves it
 */
export function planScale(
  current: ComponentSettings,
  command: ScaleComponentCommand,
  terms?: { readonly current: Terms; readonly wanted: Terms },
): ChangePlan {
  const { maxInstances, annotations, componentLimits, config: configNames } = command;
  if (maxInstances === 0) return { step: 'stop' };
  const settings = {
    ...current,
    maxInstances,
    annotations: keepTerms(annotations, current.annotations),
    configNames,
  };
  // They are compiled into the code and known to the threads.
  if (changesLimits(current.limits, componentLimits)) {
    return { step: 'replace', settings: { ...settings, limits: componentLimits } };
  }
  if (terms !== undefined && !sameTerms(terms.wanted, terms.current)) return { step: 'replace', settings };
  if (maxInstances === current.maxInstances && sameList(configNames, current.configNames)) {
    return { step: 'nothing' };
  }
  return { step: 'rescale', settings };
}

/** What an update to the image `imageRef` asks of a component that runs as `current`. */
export function planUpdate(
  current: ComponentSettings,
  imageRef: string,
  annotations: ComponentSettings['annotations'] | undefined,
): Extract<ChangePlan, { step: 'replace' }> {
  // Upstream drops them when none are given, and wadm then no longer knows its own instance.
  const kept = annotations === undefined ? current.annotations : keepTerms(annotations, current.annotations);
  const settings = { ...current, imageRef, annotations: kept };
  return { step: 'replace', settings };
}

/** A command without limits keeps those there are. */
function changesLimits(current: ComponentSettings['limits'], wanted: ComponentSettings['limits']): boolean {
  return (
    wanted !== undefined &&
    (wanted.maxExecutionTime !== current?.maxExecutionTime ||
      wanted.maxMemoryLimit !== current?.maxMemoryLimit)
  );
}

/** Whether two lists of named configs are merged to the same. */
export function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
