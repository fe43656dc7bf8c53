import { type JsonObject, jsonFromBytes, jsonToBytes, ObjectReader } from '@wasmlattice/control-interface';
import type {
  BudgetFigures,
  CanaryCount,
  CanaryFigures,
  ComponentFigures,
  HostFigures,
  ProcessFigures,
  ProviderFigures,
  ProviderState,
} from './figures.js';

/** The version of the documents; what is added to them does not change it. */
export const diagnosticsVersion = 1;

/** A part of the figures of a host: as many components and providers as a message may hold. */
export interface FiguresPage {
  readonly figures: HostFigures;
  /** From which component or provider on to ask for more; absent: these were the last ones. */
  readonly next?: number | undefined;
}

/** Components and providers of one page: some 600 bytes each. */
const pageSize = 200;

/** The part of them that begins with the component or provider of that number, components first. */
export function pageOf(figures: HostFigures, from: number): FiguresPage {
  const { components, providers } = figures;
  const end = from + pageSize;
  const count = components.length;
  return {
    figures: {
      ...figures,
      components: components.slice(from, end),
      providers: providers.slice(Math.max(0, from - count), Math.max(0, end - count)),
    },
    next: end < count + providers.length ? end : undefined,
  };
}

export function encodeFiguresRequest(from: number): Uint8Array {
  return jsonToBytes({ version: diagnosticsVersion, from });
}

/** @throws DecodeError */
export function decodeFiguresRequest(bytes: Uint8Array): number {
  if (bytes.length === 0) return 0;
  const what = 'request for figures';
  return new ObjectReader(jsonFromBytes(bytes, what), what).u64Or('from', 0);
}

export function encodeFiguresPage({ figures, next }: FiguresPage): Uint8Array {
  return jsonToBytes({ ...encodeFigures(figures), next });
}

/** @throws DecodeError */
export function decodeFiguresPage(bytes: Uint8Array): FiguresPage {
  const what = 'figures of a host';
  const reader = new ObjectReader(jsonFromBytes(bytes, what), what);
  return { figures: readFigures(reader), next: reader.optionalU64('next') };
}

export function encodeFigures({
  hostId,
  friendlyName,
  time,
  uptimeSeconds,
  process,
  durationBoundsMs,
  ...figures
}: HostFigures): JsonObject {
  return {
    version: diagnosticsVersion,
    host_id: hostId,
    friendly_name: friendlyName,
    host_version: figures.version,
    time,
    uptime_seconds: uptimeSeconds,
    process: encodeProcess(process),
    duration_bounds_ms: durationBoundsMs,
    components: figures.components.map(encodeComponent),
    providers: figures.providers.map(encodeProvider),
  };
}

function readFigures(reader: ObjectReader): HostFigures {
  return {
    hostId: reader.string('host_id'),
    friendlyName: reader.stringOr('friendly_name', ''),
    version: reader.stringOr('host_version', ''),
    time: reader.u64Or('time', 0),
    uptimeSeconds: reader.u64Or('uptime_seconds', 0),
    process: readProcess(reader.object('process')),
    durationBoundsMs: numbers(reader, 'duration_bounds_ms'),
    components: reader.array('components', (item, path) => readComponent(reader.item(item, path))),
    providers: reader.array('providers', (item, path) => readProvider(reader.item(item, path))),
  };
}

function encodeProcess({ residentBytes, cpuMs, servingThreads, budgets }: ProcessFigures): JsonObject {
  return {
    resident_bytes: residentBytes,
    cpu_ms: cpuMs,
    serving_threads: servingThreads,
    budgets: budgets.map(({ name, used, ceiling, refused }) => ({ name, used, ceiling, refused })),
  };
}

function readProcess(reader: ObjectReader): ProcessFigures {
  return {
    residentBytes: reader.u64Or('resident_bytes', 0),
    cpuMs: reader.u64Or('cpu_ms', 0),
    servingThreads: reader.u64Or('serving_threads', 0),
    budgets: reader.array('budgets', (item, path) => readBudget(reader.item(item, path))),
  };
}

function readBudget(reader: ObjectReader): BudgetFigures {
  return {
    name: reader.string('name'),
    used: reader.u64Or('used', 0),
    ceiling: reader.optionalU64('ceiling'),
    refused: reader.u64Or('refused', 0),
  };
}

function encodeComponent(component: ComponentFigures): JsonObject {
  const { id, imageRef, maxInstances, invocations, errors, refused, running, waiting } = component;
  return {
    id,
    image_ref: imageRef,
    max_instances: maxInstances,
    invocations,
    errors,
    refused,
    running,
    waiting,
    duration_ms: Math.round(component.durationMs),
    durations: component.durations,
    computed_ms: Math.round(component.computedMs),
    resident_bytes: component.residentBytes,
    canary: component.canary && encodeCanary(component.canary),
  };
}

const millionths = 1_000_000;

function encodeCanary({ canary, imageRef, share, stable }: CanaryFigures): JsonObject {
  return {
    image_ref: imageRef,
    share_ppm: Math.round(share * millionths),
    stable: { invocations: stable.invocations, errors: stable.errors },
    canary: { invocations: canary.invocations, errors: canary.errors },
  };
}

function readCanary(reader: ObjectReader): CanaryFigures {
  const count = (name: string): CanaryCount => {
    const counted = reader.object(name);
    return { invocations: counted.u64Or('invocations', 0), errors: counted.u64Or('errors', 0) };
  };
  return {
    imageRef: reader.stringOr('image_ref', ''),
    share: reader.u64Or('share_ppm', 0) / millionths,
    stable: count('stable'),
    canary: count('canary'),
  };
}

function readComponent(reader: ObjectReader): ComponentFigures {
  return {
    id: reader.string('id'),
    imageRef: reader.stringOr('image_ref', ''),
    maxInstances: reader.u64Or('max_instances', 0),
    invocations: reader.u64Or('invocations', 0),
    errors: reader.u64Or('errors', 0),
    refused: reader.u64Or('refused', 0),
    running: reader.u64Or('running', 0),
    waiting: reader.u64Or('waiting', 0),
    durationMs: reader.u64Or('duration_ms', 0),
    durations: numbers(reader, 'durations'),
    computedMs: reader.u64Or('computed_ms', 0),
    residentBytes: reader.optionalU64('resident_bytes'),
    ...(reader.has('canary') && { canary: readCanary(reader.object('canary')) }),
  };
}

/** A reason may hold the last words of a program. */
const longestReason = 500;

function encodeProvider({
  id,
  imageRef,
  state,
  reason,
  crashes,
  residentBytes,
  cpuMs,
}: ProviderFigures): JsonObject {
  return {
    id,
    image_ref: imageRef,
    state,
    reason: reason?.slice(0, longestReason),
    crashes,
    resident_bytes: residentBytes,
    cpu_ms: cpuMs === undefined ? undefined : Math.round(cpuMs),
  };
}

const states: readonly string[] = ['starting', 'running', 'failed', 'crash-loop'] satisfies ProviderState[];

function readProvider(reader: ObjectReader): ProviderFigures {
  const state = reader.stringOr('state', 'running');
  return {
    id: reader.string('id'),
    imageRef: reader.stringOr('image_ref', ''),
    state: states.includes(state) ? (state as ProviderState) : 'failed',
    reason: reader.optionalString('reason'),
    crashes: reader.u64Or('crashes', 0),
    residentBytes: reader.optionalU64('resident_bytes'),
    cpuMs: reader.optionalU64('cpu_ms'),
  };
}

function numbers(reader: ObjectReader, name: string): readonly number[] {
  return reader.has(name) ? reader.array(name, (item) => (typeof item === 'number' ? item : 0)) : [];
}
