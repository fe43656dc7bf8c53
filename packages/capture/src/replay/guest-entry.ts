import type { WitFunction } from '@wasmlattice/rpc';
import { type BrokerMessage, keyvalueWatcher, messagingHandler } from '@wasmlattice/rpc/interfaces';
import { abortSignalOf, type EndSignal, GuestLimits, parseInterfaceId } from '@wasmlattice/wasm-runtime';
import type { ComponentInstance, ComponentTypes } from '@wasmlattice/wasm-runtime/engines';
import {
  incomingHandlerExport,
  invokeIncomingHandler,
  invokeMessageHandler,
  invokeWatcher,
  type KeyvalueChange,
  type LinkInvoker,
  messageHandlerExport,
  watcherExport,
} from '@wasmlattice/wasm-runtime/host-functions';
import type { RecordedInput, RecordedRequest } from '../file/records.js';
import { valueFromRecord } from '../file/value-from-record.js';
import type { InvocationRecording } from '../recorder/recording.js';
import type { Difference } from './invocation-differences.js';
import { ReplayExchange } from './replay-exchange.js';

type CallInput = Exclude<RecordedInput, { readonly http: RecordedRequest }>;

/** What is there of an invocation while it runs. */
export interface EntryParts {
  readonly component: string;
  readonly recording: InvocationRecording;
  readonly links: LinkInvoker;
  readonly ended: EndSignal;
}

/** Calls a guest as it was called when the invocation was recorded. */
export interface GuestEntry {
  call(instance: ComponentInstance, parts: EntryParts): Promise<void>;
  /** What the guest wanted of its input that it did not want then. */
  differences(): readonly Difference[];
}

/** The component has no such export any more, or the recorded values are none of its types. */
export class EntryError extends Error {
  override readonly name = 'EntryError';
}

/** @throws EntryError */
export function guestEntry(types: ComponentTypes, input: RecordedInput): GuestEntry {
  return 'http' in input ? httpEntry(types, input.http) : callEntry(types, input);
}

/** `GET /counter`, `acme:shop/cart total` */
export function inputName(input: RecordedInput): string {
  if ('http' in input) return `${input.http.method} ${input.http.path}`;
  return input.export === '' ? input.function : `${parseInterfaceId(input.export).name} ${input.function}`;
}

function httpEntry(types: ComponentTypes, request: RecordedRequest): GuestEntry {
  const exportId = incomingHandlerExport(types);
  if (exportId === undefined) throw new EntryError('the component serves no HTTP');
  const exchange = new ReplayExchange(request);
  return {
    async call(instance, { component, recording, ended }) {
      await invokeIncomingHandler({
        instance,
        exportId,
        exchange: recording.exchange(exchange),
        component,
        signal: ended,
        limits: new GuestLimits(component),
        onIncomplete: (fault) => recording.failed(fault),
      });
    },
    differences: () =>
      exchange.isBodyExceeded
        ? [{ kind: 'input', path: 'request.body', replayed: 'is read further than it was then' }]
        : [],
  };
}

function callEntry(types: ComponentTypes, input: CallInput): GuestEntry {
  const differences = (): readonly Difference[] => [];
  const { export: wanted, function: name } = input;
  if (wanted !== '' && wanted === messageHandlerExport(types)) {
    const func = messagingHandler.functions[0] as WitFunction;
    const params = paramsOf(func, input);
    return {
      async call(instance, { recording }) {
        recording.called(wanted, func, params);
        recording.returned(func, await invokeMessageHandler(instance, wanted, params[0] as BrokerMessage));
      },
      differences,
    };
  }
  if (wanted !== '' && wanted === watcherExport(types)) {
    const func = keyvalueWatcher.functions.find((each) => each.name === name) as WitFunction;
    const params = paramsOf(func, input);
    const [bucket, key, value] = params as [string, string, Uint8Array];
    return {
      async call(instance, { recording, links, ended }) {
        recording.called(wanted, func, params);
        const change = { func: name, bucket, key, value } as KeyvalueChange;
        await invokeWatcher(instance, wanted, change, { links, signal: abortSignalOf(ended) });
      },
      differences,
    };
  }
  const { exportId, func } = customExport(types, input);
  const params = paramsOf(func, input);
  return {
    async call(instance, { recording }) {
      recording.called(exportId, func, params);
      recording.returned(func, await instance.call(exportId, name, params));
    },
    differences,
  };
}

/** In whatever version it is exported now. */
function customExport(
  { exports, exportedFunctions }: ComponentTypes,
  { export: wanted, function: name }: CallInput,
): { readonly exportId: string; readonly func: WitFunction } {
  const found =
    wanted === ''
      ? undefined
      : (exports.find(({ id }) => id === wanted) ??
        exports.find(({ id }) => parseInterfaceId(id).name === parseInterfaceId(wanted).name));
  const functions = wanted === '' ? exportedFunctions : (found?.functions ?? []);
  const func = functions.find((each) => each.name === name);
  if (func === undefined) {
    throw new EntryError(`the component does not export ${wanted === '' ? name : `${wanted} ${name}`}`);
  }
  return { exportId: found?.id ?? '', func };
}

function paramsOf(func: WitFunction, { params }: CallInput): readonly unknown[] {
  try {
    return func.params.map(({ name, type }) => valueFromRecord(type, params[name] ?? null, name));
  } catch (cause) {
    throw new EntryError(
      `the recorded parameters do not fit ${func.name}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}
