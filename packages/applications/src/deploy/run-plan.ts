import type { ControlCallOptions, ControlClient } from '@wasmlattice/control-interface';
import { ControlError, canaryAnnotations } from '@wasmlattice/control-interface';
import type { EventName, EventSubscription, ReceivedEvent } from '@wasmlattice/events';
import { EventTimeoutError } from '@wasmlattice/events';
import { DeployError } from './deploy-error.js';
import { isBuiltin } from './image-reference.js';
import { isSameSlot } from './link-slot.js';
import { adviceOnMissing } from './missing-part.js';
import { type RemoveLinkOptions, removeLink } from './remove-link.js';
import type { Plan, Step } from './steps.js';
import { describeStep } from './steps.js';

/** How far a plan has come: one report before each step and one after it. */
export interface PlanProgress {
  readonly step: Step;
  /** Number of the step, from 1. */
  readonly number: number;
  readonly total: number;
  readonly state: 'started' | 'done';
}

/** What changes a lattice. */
export type CommandClient = Pick<
  ControlClient,
  | 'putConfig'
  | 'deleteConfig'
  | 'startProvider'
  | 'stopProvider'
  | 'scaleComponent'
  | 'updateComponent'
  | 'canaryComponent'
  | 'putLink'
  | 'deleteLink'
>;

/** What one step needs. */
export interface RunStepOptions {
  readonly client: CommandClient;
  /** Subscribed before the plan runs: requests are answered at once, their outcome is told by events. */
  readonly events: EventSubscription;
  /** How long a request may take to be answered. */
  readonly requestTimeoutMs: number;
  /** How long the outcome of one step may take: fetching and compiling a component takes its time. */
  readonly outcomeTimeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface RunPlanOptions extends RunStepOptions {
  readonly report: (progress: PlanProgress) => void;
}

/** The events a step's outcome is told by. */
export const planEvents: readonly EventName[] = [
  'config_set',
  'config_deleted',
  'component_scaled',
  'component_scale_failed',
  'provider_started',
  'provider_start_failed',
  'provider_stopped',
  'linkdef_set',
  'linkdef_set_failed',
  'linkdef_deleted',
];

/**
 * Carries out a plan step by step and returns when the outcome of the last one is known.
 *
 * @throws {@link DeployError} at the first step that fails; what was done before it stays, and running the plan of
 * the same manifest again goes on from there
 */
export async function runPlan(plan: Plan, options: RunPlanOptions): Promise<void> {
  const total = plan.steps.length;
  for (const [index, step] of plan.steps.entries()) {
    const progress = { step, number: index + 1, total };
    options.report({ ...progress, state: 'started' });
    await runStep(step, options);
    options.report({ ...progress, state: 'done' });
  }
}

/**
 * Carries out one step and returns when its outcome is known.
 *
 * @throws {@link DeployError} when it fails
 */
export async function runStep(step: Step, options: RunStepOptions): Promise<void> {
  try {
    if (step.kind === 'delete-link') {
      await removeLink(step, {
        client: options.client,
        request: requestOptions(options),
        outcome: outcomeOfRequests(step, options),
      });
    } else if (step.kind === 'update-provider' || step.kind === 'replace-provider') {
      await updateProvider(step, options);
    } else if (step.kind === 'restart-component') {
      await restartComponent(step, options);
    } else if (step.kind !== 'keep-provider') await requestStep(step, options);
  } catch (error) {
    throw explain(step, error);
  }
}

/**
 * Sends the request of a step and returns when a host has accepted it.
 *
 * @throws {@link DeployError} when none does
 */
export async function requestOnly(
  step: RequestStep,
  options: Omit<RunStepOptions, 'events' | 'outcomeTimeoutMs'>,
): Promise<void> {
  try {
    await send(step, options.client, requestOptions(options));
  } catch (error) {
    throw explain(step, error);
  }
}

/** Hosts of wasmCloud refuse to change what runs, and so does ours a built-in one: it is stopped and started then. */
async function updateProvider(
  step: Extract<Step, { readonly kind: 'update-provider' | 'replace-provider' }>,
  options: RunStepOptions,
): Promise<void> {
  const { command, host } = step;
  try {
    await requestStep(step, options);
  } catch (error) {
    if (!(error instanceof ControlError) || error.code !== 'refused') throw error;
    await requestStep({ kind: 'stop-provider', host, providerId: command.providerId }, options);
    await requestStep({ kind: 'start-provider', host, command }, options);
  }
}

async function restartComponent(
  { command, host }: Extract<Step, { readonly kind: 'restart-component' }>,
  options: RunStepOptions,
): Promise<void> {
  await requestStep({ kind: 'scale-component', host, command: { ...command, maxInstances: 0 } }, options);
  await requestStep({ kind: 'scale-component', host, command }, options);
}

/** Sends the request of a step and waits for its outcome. */
async function requestStep(step: RequestStep, options: RunStepOptions): Promise<void> {
  await outcomeOfRequests(step, options)(
    () => send(step, options.client, requestOptions(options)),
    outcomeOf(step),
  );
}

function requestOptions({
  requestTimeoutMs,
  signal,
}: Omit<RunStepOptions, 'events' | 'outcomeTimeoutMs'>): ControlCallOptions {
  return { timeoutMs: requestTimeoutMs, ...(signal === undefined ? {} : { signal }) };
}

/** Waits for the events that follow requests of a step, and fails with it when they tell of a failure. */
function outcomeOfRequests(
  step: Step,
  { events, outcomeTimeoutMs, signal }: RunStepOptions,
): RemoveLinkOptions['outcome'] {
  return async (sendRequest, isOutcome) => {
    const from = events.position;
    await sendRequest();
    const event = await events.waitForEvent(isOutcome, {
      from,
      timeoutMs: outcomeTimeoutMs,
      description: describeStep(step),
      ...(signal === undefined ? {} : { signal }),
    });
    const reason = failureOf(event);
    if (reason !== undefined) throw failed(step, reason);
    return event;
  };
}

/** A step that is one request. */
export type RequestStep = Exclude<
  Step,
  { readonly kind: 'keep-provider' | 'delete-link' | 'restart-component' }
>;

async function send(step: RequestStep, client: CommandClient, options: ControlCallOptions): Promise<unknown> {
  switch (step.kind) {
    case 'put-config':
      return client.putConfig(step.name, step.values, options);
    case 'delete-config':
      return client.deleteConfig(step.name, options);
    case 'start-provider':
      return client.startProvider(step.host.hostId, step.command, options);
    case 'update-provider':
    case 'replace-provider':
      return client.startProvider(step.host.hostId, { ...step.command, allowUpdate: true }, options);
    case 'stop-provider':
      return client.stopProvider(step.host.hostId, { providerId: step.providerId }, options);
    case 'scale-component':
      return client.scaleComponent(step.host.hostId, step.command, options);
    case 'update-component':
      return updateComponent(step, client, options);
    case 'canary-component':
      return client.canaryComponent(step.host.hostId, step.command, options);
    case 'put-link':
      return client.putLink(step.link, options);
  }
}

/** Hosts of wasmCloud read no file again: no event follows, and the code stays. */
async function updateComponent(
  step: Extract<RequestStep, { readonly kind: 'update-component' }>,
  client: CommandClient,
  options: ControlCallOptions,
): Promise<void> {
  const message = await client.updateComponent(step.host.hostId, step.command, options);
  if (!message.includes('already updated')) return;
  throw failed(step, 'the host runs other code under this reference, and keeps it');
}

/**
 * Recognises the event that ends a step, be it success or failure.
 *
 * The host is known by the event's source: `host_id` in the data may be empty. Annotations are not compared, because
 * a host that has nothing to change reports those of the earlier request.
 */
function outcomeOf(step: RequestStep): (event: ReceivedEvent) => boolean {
  switch (step.kind) {
    case 'put-config':
      return (event) => event.name === 'config_set' && event.data.configName === step.name;
    case 'delete-config':
      return (event) => event.name === 'config_deleted' && event.data.configName === step.name;
    case 'start-provider':
    case 'update-provider':
    case 'replace-provider':
      return (event) =>
        (event.name === 'provider_started' || event.name === 'provider_start_failed') &&
        event.source === step.host.hostId &&
        event.data.providerId === step.command.providerId;
    case 'stop-provider':
      return (event) =>
        event.name === 'provider_stopped' &&
        event.source === step.host.hostId &&
        event.data.providerId === step.providerId;
    case 'scale-component': {
      const { componentId, componentRef, maxInstances } = step.command;
      return (event) =>
        event.source === step.host.hostId &&
        (event.name === 'component_scaled'
          ? event.data.componentId === componentId &&
            event.data.maxInstances === maxInstances &&
            (maxInstances === 0 || event.data.imageRef === componentRef)
          : event.name === 'component_scale_failed' && event.data.componentId === componentId);
    }
    case 'update-component': {
      const { componentId, newComponentRef } = step.command;
      // Hosts end an update with a second event of 0 instances for the code that was replaced.
      return (event) =>
        event.source === step.host.hostId &&
        (event.name === 'component_scaled'
          ? event.data.componentId === componentId &&
            event.data.imageRef === newComponentRef &&
            event.data.maxInstances > 0
          : event.name === 'component_scale_failed' && event.data.componentId === componentId);
    }
    case 'canary-component': {
      const { componentId, componentRef, share } = step.command;
      return (event) =>
        event.source === step.host.hostId &&
        (event.name === 'component_scaled'
          ? event.data.componentId === componentId &&
            event.data.annotations[canaryAnnotations.image] === (share === 0 ? undefined : componentRef)
          : event.name === 'component_scale_failed' && event.data.componentId === componentId);
    }
    case 'put-link': {
      const { link } = step;
      // One that is refused has no reply of success. A later step may be what makes it work, so that a link that an end of it does not
      // take is for the check of all that was deployed.
      return (event) =>
        event.name === 'linkdef_set' && isSameSlot(event.data, link) && event.data.target === link.target;
    }
  }
}

function failureOf(event: ReceivedEvent): string | undefined {
  switch (event.name) {
    case 'component_scale_failed':
    case 'provider_start_failed':
    case 'linkdef_set_failed':
      return event.data.error;
    default:
      return undefined;
  }
}

function failed(step: Step, reason: string, options?: ErrorOptions): DeployError {
  const check = adviceOnMissing(reason) ?? whatToCheck(step);
  return new DeployError(`could not ${describeStep(step)}: ${withoutStep(step, reason)}`, check, options);
}

/** What a host of ours says of a provider begins with what it could not do, as its log needs it. */
function withoutStep(step: Step, reason: string): string {
  const repeated =
    step.kind === 'start-provider' ? `could not start provider ${step.command.providerId}: ` : '';
  return reason.startsWith(repeated) ? reason.slice(repeated.length) : reason;
}

/** Part of what hosts of either kind say of a second provider of an id. */
const runsAlready = 'already running';

function explain(step: Step, error: unknown): unknown {
  if (error instanceof ControlError) {
    if (
      step.kind === 'start-provider' &&
      error.code === 'timeout' &&
      isBuiltin(step.command.providerRef ?? '')
    ) {
      return new DeployError(
        `could not ${describeStep(step)}: the host does not answer, as hosts do when this built-in provider is off`,
        'start the host with --feature and the name of the provider, or --builtin-http-server true',
        { cause: error },
      );
    }
    if (step.kind === 'start-provider' && error.code === 'refused' && error.reply?.includes(runsAlready)) {
      return new DeployError(
        `could not ${describeStep(step)}: ${error.reply}`,
        `\`wasmlattice update provider ${step.command.providerId} IMAGE\` puts another in its place`,
        { cause: error },
      );
    }
    return failed(step, error.reply ?? error.message, { cause: error });
  }
  if (error instanceof EventTimeoutError) {
    return new DeployError(
      `could not ${describeStep(step)}: the host accepted it, but its outcome is not known after ${error.timeoutMs} ms`,
      'look at the log of the host; wait longer with --wait-ms',
      { cause: error },
    );
  }
  return error;
}

function whatToCheck(step: Step): string {
  switch (step.kind) {
    case 'put-config':
    case 'delete-config':
      return 'look at the log of the hosts: the lattice keeps configs in JetStream';
    case 'start-provider':
    case 'update-provider':
    case 'replace-provider':
      return `check the image ${step.command.providerRef ?? ''} and the log of host ${step.host.friendlyName}`;
    case 'scale-component':
    case 'restart-component':
    case 'update-component': {
      const image =
        step.kind === 'update-component' ? step.command.newComponentRef : step.command.componentRef;
      return `check the image ${image ?? ''} and the log of host ${step.host.friendlyName}`;
    }
    case 'canary-component':
      return `check the image ${step.command.componentRef} and the log of host ${step.host.friendlyName}; hosts of wasmCloud run one version of a component`;
    case 'put-link':
    case 'delete-link':
      return 'check that the configs the link names exist, and `wasmlattice get links` for one in its way';
    case 'keep-provider':
    case 'stop-provider':
      return `check the log of host ${step.host.friendlyName}`;
  }
}
