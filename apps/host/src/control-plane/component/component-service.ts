import { IsolationTierError, type ServedFigures } from '@wasmlattice/component-host';
import {
  type Answer,
  type CanaryComponentCommand,
  type ComponentDescription,
  canaryAnnotations,
  describeShare,
  failed,
  type Link,
  ok,
  type ScaleComponentCommand,
  type UpdateComponentCommand,
} from '@wasmlattice/control-interface';
import { causeChain, componentScaled, componentScaleFailed, type EventPublisher } from '@wasmlattice/events';
import type { Logger } from '@wasmlattice/telemetry';
import type { ArtifactStore, ComponentArtifact } from '../artifacts/artifact-store.js';
import type { SignatureRules } from '../claims/signature-rules.js';
import { componentEventClaims, inventoryClaims, storedClaims } from '../claims/token-facts.js';
import { AllowedHostsError } from '../http/allowed-hosts.js';
import { createKeyedQueue } from '../keyed-queue.js';
import type { LatticeStore } from '../lattice-store/lattice-store.js';
import { linkRows } from '../link-table.js';
import type { PolicyGate } from '../policy/policy-gate.js';
import { createTaskLimit } from '../task-limit.js';
import { ComponentLimitsError } from './component-limits.js';
import {
  type ChangePlan,
  type ComponentSettings,
  planScale,
  planStart,
  planUpdate,
} from './component-plan.js';
import { LateStartError } from './late-start-error.js';
import { type CanaryAtWork, RunningComponent, type RunningComponentParts } from './running-component.js';
import { sameTerms, type Terms, termsOf } from './terms.js';
import { TooManyComponentsError } from './too-many-components-error.js';

/** A component that runs here, with its figures. */
export interface ComponentAtWork extends ServedFigures {
  readonly id: string;
  readonly imageRef: string;
  readonly maxInstances: number;
  /** A second version that runs beside it. */
  readonly canary?: CanaryAtWork | undefined;
}

/** The code that a component runs. */
export interface ComponentCode {
  readonly imageRef: string;
  readBytes(): Promise<Uint8Array>;
}

/** The components of one host: started, scaled, updated and stopped by control commands. */
export interface ComponentService {
  /** Answers at once; the outcome is told by events (docs/spec/control-interface.md#4.2). */
  scale(command: ScaleComponentCommand): Answer;
  /** Answers at once; replaces the code of a running component (docs/spec/control-interface.md#4.3). */
  update(command: UpdateComponentCommand): Answer;
  /** Answers at once; runs a second version of a running component for a part of its calls, or ends that. */
  canary(command: CanaryComponentCommand): Answer;
  isRunning(componentId: string): boolean;
  describe(): ComponentDescription[];
  /** What each has done since its code was started, and is at. */
  figures(): Promise<readonly ComponentAtWork[]>;
  /** The code of one that runs; `undefined` for one that does not. */
  code(componentId: string): ComponentCode | undefined;
  /** The links of a component changed in the lattice. */
  setLinks(componentId: string, links: readonly Link[]): void;
  /** Resolves once the component, if it runs here, has the links set so far. */
  settled(componentId: string): Promise<void>;
  /** Stops everything without events, as a host that stops does. */
  stopAll(graceMs: number): Promise<void>;
}

export interface ComponentServiceOptions extends RunningComponentParts {
  readonly hostId: string;
  /** Most components that run at once. */
  readonly maxComponents: number;
  readonly artifacts: ArtifactStore;
  readonly signatures: Pick<SignatureRules, 'admitComponent'>;
  readonly policy: Pick<PolicyGate, 'allowComponentStart'>;
  readonly lattice: LatticeStore;
  readonly events: EventPublisher;
  readonly logger: Logger;
}

/** What a scale command came upon before it succeeded or failed. */
interface ScaleAttempt {
  token?: ComponentArtifact['token'];
}

/** Components that are fetched, prepared and taken in by the threads at a time; each step of one waits for others most of the time. */
const startsAtOnce = 4;

export function createComponentService(options: ComponentServiceOptions): ComponentService {
  const { hostId, artifacts, signatures, policy, lattice, events, logger, maxComponents } = options;
  const running = new Map<string, RunningComponent>();
  const queue = createKeyedQueue();
  const limited = createTaskLimit(startsAtOnce);
  let closed = false;
  /** Components on their way to run. */
  let starting = 0;

  /** What waited for its turn when the host began to stop would hold that up. */
  const refuseLate = (): void => {
    if (closed) throw new LateStartError();
  };

  /** The component, if its token allows it to run here. */
  const fetch = async (imageRef: string): Promise<ComponentArtifact> => {
    const artifact = await artifacts.fetchComponent(imageRef);
    signatures.admitComponent(imageRef, artifact.token);
    return artifact;
  };

  /** The component, if the policy allows its start as well. It is asked of what could not be fetched, too, as upstream asks. */
  const admit = async (
    componentId: string,
    {
      imageRef,
      maxInstances,
      annotations,
    }: Pick<ComponentSettings, 'imageRef' | 'maxInstances' | 'annotations'>,
    attempt: ScaleAttempt,
  ): Promise<ComponentArtifact> => {
    const fetching = fetch(imageRef);
    const token = await fetching.then(
      (artifact) => artifact.token,
      () => undefined,
    );
    attempt.token = token;
    await policy.allowComponentStart({ componentId, imageRef, maxInstances, annotations, token });
    return await fetching;
  };

  const storeClaims = async (token: ComponentArtifact['token']): Promise<void> => {
    const stored = token === undefined ? undefined : storedClaims(token);
    if (stored !== undefined) await lattice.putClaims(stored);
  };

  /** @param attempt learns what was found before the start could fail */
  const start = async (
    componentId: string,
    settings: ComponentSettings,
    attempt: ScaleAttempt,
  ): Promise<void> => {
    refuseLate();
    if (running.size + starting >= maxComponents)
      throw new TooManyComponentsError(componentId, maxComponents);
    starting += 1;
    try {
      await startAdmitted(componentId, settings, attempt);
    } finally {
      starting -= 1;
    }
  };

  const startAdmitted = async (
    componentId: string,
    settings: ComponentSettings,
    attempt: ScaleAttempt,
  ): Promise<void> => {
    const artifact = await admit(componentId, settings, attempt);
    await storeClaims(artifact.token);
    await lattice.update(componentId, (spec) => spec ?? { url: settings.imageRef, links: [] });
    const component = await RunningComponent.start(componentId, settings, artifact, options);
    running.set(componentId, component);
    component.onConfig = () => followConfig(componentId);
    // Links put while the threads took it in.
    component.readLinks();
  };

  /** A running component is started anew where its config asks for other terms than before. */
  const followConfig = (componentId: string): void => {
    const follow = async (): Promise<void> => {
      const component = running.get(componentId);
      if (component === undefined || sameTerms(component.wantedTerms(), component.terms)) return;
      refuseLate();
      await component.replace(component.settings);
    };
    void queue.run(componentId, follow).catch((error: unknown) => {
      logger.error('component stays as it is, for all that its config asks', {
        component: componentId,
        error,
      });
    });
  };

  const change = async (
    componentId: string,
    component: RunningComponent,
    plan: ChangePlan,
  ): Promise<void> => {
    switch (plan.step) {
      case 'nothing':
        return;
      case 'stop':
        running.delete(componentId);
        return component.stop(options.graceMs);
      case 'rescale':
        return component.rescale(plan.settings);
      case 'replace':
        refuseLate();
        return component.replace(plan.settings);
    }
  };

  const scale = async (
    command: ScaleComponentCommand,
    updates: boolean,
    attempt: ScaleAttempt,
  ): Promise<void> => {
    const { componentId, componentRef, maxInstances, annotations } = command;
    const component = running.get(componentId);
    const scaled = { componentId, hostId: commandedHost(command), maxInstances };
    if (component === undefined) {
      const plan = planStart(command);
      if (plan.step === 'start') await limited(() => start(componentId, plan.settings, attempt));
      const claims = componentEventClaims(attempt.token);
      await events.publish(componentScaled({ ...scaled, imageRef: componentRef, annotations, claims }));
      return;
    }
    // The event tells of the component as it was found.
    const found = component.settings;
    attempt.token = component.token;
    const claims = componentEventClaims(component.token);
    if (maxInstances > 0) {
      const { imageRef } = found;
      await policy.allowComponentStart({
        componentId,
        imageRef,
        maxInstances,
        annotations,
        token: component.token,
      });
    }
    const terms = maxInstances === 0 ? undefined : await termsBy(component, command);
    await change(componentId, component, planScale(found, command, terms));
    await events.publish(
      componentScaled({ ...scaled, imageRef: found.imageRef, annotations: found.annotations, claims }),
    );
    if (updates) await update(componentId, componentRef, annotations);
  };

  const update = async (
    componentId: string,
    imageRef: string,
    given: ComponentSettings['annotations'] | undefined,
  ): Promise<void> => {
    refuseLate();
    const before = running.get(componentId);
    if (before === undefined) return;
    const { settings } = planUpdate(before.settings, imageRef, given);
    const artifact = await admit(componentId, settings, {});
    const component = running.get(componentId);
    if (component === undefined) return;
    await storeClaims(artifact.token);
    await component.replace(settings, artifact);
    const { maxInstances, annotations } = settings;
    const claims = componentEventClaims(artifact.token);
    await events.publish(
      componentScaled({ componentId, hostId, imageRef, maxInstances, annotations, claims }),
    );
  };

  const canary = async ({ componentId, componentRef, share }: CanaryComponentCommand): Promise<void> => {
    refuseLate();
    const component = running.get(componentId);
    if (component === undefined) return;
    const { annotations, imageRef, maxInstances } = component.settings;
    if (share === 0) await component.endCanary();
    else {
      await limited(() =>
        component.beginCanary(componentRef, share, async () => {
          const wanted = { imageRef: componentRef, maxInstances, annotations };
          const artifact = await admit(componentId, wanted, {});
          await storeClaims(artifact.token);
          return artifact;
        }),
      );
    }
    const shown = { ...annotations, ...annotationsOf(component) };
    const claims = componentEventClaims(component.token);
    // Who follows the component learns that it runs as before; the annotations say what runs beside it.
    await events.publish(
      componentScaled({ componentId, hostId, imageRef, maxInstances, annotations: shown, claims }),
    );
  };

  const tellOfFailedScale = async (
    command: ScaleComponentCommand,
    error: unknown,
    { token }: ScaleAttempt = {},
  ): Promise<void> => {
    const { componentId, componentRef, maxInstances, annotations } = command;
    logger.error('component could not be scaled', { component: componentId, image: componentRef, error });
    await events
      .publish(
        componentScaleFailed({
          componentId,
          hostId: commandedHost(command),
          imageRef: componentRef,
          maxInstances,
          annotations,
          error: causeChain(error),
          publicKey: token?.claims.subject,
        }),
      )
      .catch((failure: unknown) => logger.error('an event could not be published', { error: failure }));
  };

  /** Events name the host as the command did. */
  const commandedHost = (command: ScaleComponentCommand): string =>
    command.hostId === '' ? hostId : command.hostId;

  /** What is wrong with what a command itself asks, without configs that have to be fetched; `undefined`: nothing. */
  const refuse = ({
    annotations,
    componentLimits: limits,
  }: Pick<ScaleComponentCommand, 'annotations' | 'componentLimits'>): Error | undefined => {
    try {
      termsOf({ annotations, limits }, new Map(), options);
      return undefined;
    } catch (error) {
      const isOfTerms =
        error instanceof IsolationTierError ||
        error instanceof ComponentLimitsError ||
        error instanceof AllowedHostsError;
      if (isOfTerms) return error;
      throw error;
    }
  };

  return {
    scale(command) {
      const { componentId, componentRef } = command;
      if (closed) return failed('the host is stopping');
      const refusal = command.maxInstances > 0 ? refuse(command) : undefined;
      if (refusal !== undefined) {
        void tellOfFailedScale(command, refusal);
        return failed(refusal.message);
      }
      const old = running.get(componentId)?.settings.imageRef;
      const updates =
        old !== undefined && old !== componentRef && command.allowUpdate && command.maxInstances > 0;
      const attempt: ScaleAttempt = {};
      void queue
        .run(componentId, () => scale(command, updates, attempt))
        .catch((error: unknown) => tellOfFailedScale(command, error, attempt));
      return ok(scaleMessage(old, command));
    },

    update(command) {
      const { componentId, newComponentRef } = command;
      if (closed) return failed('the host is stopping');
      const old = running.get(componentId)?.settings.imageRef;
      if (old === undefined) return failed(`component ${componentId} not found`);
      const refusal = refuse({ annotations: command.annotations ?? {} });
      if (refusal !== undefined) return failed(refusal.message);
      // A file may hold other code by now; what a registry has under a reference is the same.
      if (old === newComponentRef && !newComponentRef.startsWith('file://')) {
        return ok(`component ${componentId} already updated to ${newComponentRef}`);
      }
      void queue
        .run(componentId, () => update(componentId, newComponentRef, command.annotations))
        .catch((error: unknown) => {
          logger.error('component could not be updated', {
            component: componentId,
            image: newComponentRef,
            error,
          });
        });
      return ok(`component ${componentId} updating from ${old} to ${newComponentRef}`);
    },

    canary(command) {
      const { componentId, componentRef } = command;
      if (closed) return failed('the host is stopping');
      const component = running.get(componentId);
      if (component === undefined) return failed(`component ${componentId} not found`);
      const { maxInstances, annotations } = component.settings;
      void queue
        .run(componentId, () => canary(command))
        .catch((error: unknown) =>
          tellOfFailedScale({ ...command, maxInstances, annotations, config: [], allowUpdate: false }, error),
        );
      return ok(
        command.share === 0
          ? `ending the canary of component ${componentId}`
          : `running ${componentRef} beside component ${componentId} for ${describeShare(command.share)} of its calls`,
      );
    },

    isRunning: (componentId) => running.has(componentId),

    describe: () =>
      [...running].map(([id, component]) => {
        const { imageRef, annotations, maxInstances, limits, configNames } = component.settings;
        return {
          id,
          imageRef,
          ...inventoryClaims(component.token),
          annotations: { ...annotations, ...annotationsOf(component) },
          maxInstances,
          limits,
          config: configNames,
        };
      }),

    figures: () =>
      Promise.all(
        [...running].map(async ([id, component]) => {
          const { imageRef, maxInstances } = component.settings;
          const { canary } = component;
          return { ...(await component.figures()), id, imageRef, maxInstances, canary };
        }),
      ),

    code(componentId) {
      const component = running.get(componentId);
      return component && { imageRef: component.settings.imageRef, readBytes: () => component.readBytes() };
    },

    setLinks(componentId, links) {
      running.get(componentId)?.setLinks(linkRows(links));
    },

    async settled(componentId) {
      await running.get(componentId)?.settled();
    },

    async stopAll(withinMs) {
      closed = true;
      await queue.idle();
      const all = [...running.values()];
      running.clear();
      await Promise.all(all.map((component) => component.stop(withinMs)));
    },
  };
}

/** The terms of a component, and those it is to run on by a command. */
async function termsBy(
  component: RunningComponent,
  { annotations, componentLimits: limits, config: configNames }: ScaleComponentCommand,
): Promise<{ readonly current: Terms; readonly wanted: Terms }> {
  return {
    current: component.terms,
    wanted: await component.termsWith({ annotations, limits, configNames }),
  };
}

/** What the inventory tells of a second version. */
function annotationsOf({ canary }: RunningComponent): ComponentSettings['annotations'] {
  if (canary === undefined) return {};
  return {
    [canaryAnnotations.image]: canary.imageRef,
    [canaryAnnotations.share]: describeShare(canary.share),
  };
}

/** The sentences clients know (docs/spec/control-interface.md#4.2). */
function scaleMessage(old: string | undefined, { componentRef, allowUpdate }: ScaleComponentCommand): string {
  if (old === undefined || old === componentRef) return '';
  return allowUpdate
    ? `Requested to scale existing component, with a changed image reference: ${old} != ${componentRef}. The component will be scaled, and the image reference will be updated afterwards.`
    : `Requested to scale existing component to a different image reference: ${old} != ${componentRef}. The component will be scaled but the image reference will not be updated. If you meant to update this component to a new image ref, use the update command.`;
}
