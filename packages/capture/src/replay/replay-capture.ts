import type { WitInterface } from '@wasmlattice/rpc';
import type { JsonValue } from '@wasmlattice/rpc/json';
import { noopLogger } from '@wasmlattice/telemetry';
import {
  decodeComponent,
  defaultLimits,
  GuestLimits,
  InstancePool,
  linkImports,
} from '@wasmlattice/wasm-runtime';
import { createEngine, type Engine, type HostImport } from '@wasmlattice/wasm-runtime/engines';
import {
  type GuestSecret,
  hostInterfaces,
  unavailableInterfaces,
} from '@wasmlattice/wasm-runtime/host-functions';
import { bytesFromJson } from '../file/bytes.js';
import type { Capture } from '../file/capture-file.js';
import type { RecordedInvocation } from '../file/records.js';
import { reasonOf } from '../recorder/failures.js';
import type { RecordingLimits } from '../recorder/limits.js';
import { Masks } from '../recorder/masks.js';
import { InvocationRecording } from '../recorder/recording.js';
import { AmbientAnswers } from './ambient-answers.js';
import { type GuestEntry, guestEntry, inputName } from './guest-entry.js';
import { type Difference, invocationDifferences } from './invocation-differences.js';
import { RecordedAnswers } from './recorded-answers.js';

export interface ReplayOptions {
  readonly capture: Capture;
  /** The bytes of the component that is to do the same. */
  readonly component: Uint8Array;
  /** By default the one of hosts. */
  readonly engine?: Engine;
  /** Ends the replay between two invocations. */
  readonly signal?: AbortSignal;
  /** Told of each invocation when it is done. */
  readonly onInvocation?: (replayed: ReplayedInvocation) => void;
}

/** What came of one invocation. */
export interface ReplayedInvocation {
  /** Its place in the file, from 1. */
  readonly number: number;
  /** `GET /counter`, `acme:shop/cart total`. */
  readonly name: string;
  readonly status: 'same' | 'different' | 'skipped';
  readonly differences: readonly Difference[];
  /** Why it was skipped. */
  readonly reason?: string;
}

export interface ReplayReport {
  readonly component: string;
  readonly invocations: readonly ReplayedInvocation[];
  readonly same: number;
  readonly different: number;
  readonly skipped: number;
}

/** A replay puts down all there is: the record that it is compared with is bounded. */
const replayLimits: RecordingLimits = {
  streamBytes: Number.MAX_SAFE_INTEGER,
  recordBytes: Number.MAX_SAFE_INTEGER,
  calls: Number.MAX_SAFE_INTEGER,
  ambientValues: Number.MAX_SAFE_INTEGER,
};

/** How long what a guest sent with its calls may take after it has returned, in ms. */
const drainMs = 1_000;

/**
 * Runs each invocation of a capture on a component in this process, without a lattice: what the guest calls is answered from the record.
 *
 * @throws InvalidComponentError, MissingImportError, CompileError of the component
 */
export async function replayCapture(options: ReplayOptions): Promise<ReplayReport> {
  const { capture, component, engine = createEngine(), signal, onInvocation } = options;
  const { header } = capture;
  const types = decodeComponent(component);
  const linkage = linkImports(types, {
    component: header.component,
    interfaces: hostInterfaces,
    unavailable: unavailableInterfaces,
  });
  const compiled = await engine.compile(component, {
    component: header.component,
    suspends: linkage.suspends,
  });
  const pool = new InstancePool({
    component: header.component,
    compiled,
    linkage,
    maxInstances: 1,
    maxExecutionMs: defaultLimits['execution-time'],
    limits: new GuestLimits(header.component),
  });
  const invocations: ReplayedInvocation[] = [];
  try {
    for (const [at, recorded] of capture.invocations.entries()) {
      signal?.throwIfAborted();
      const replayed = { number: at + 1, name: inputName(recorded.input), ...(await replayOne(recorded)) };
      invocations.push(replayed);
      onInvocation?.(replayed);
    }
  } finally {
    await pool.close();
    compiled.dispose?.();
  }
  const count = (status: ReplayedInvocation['status']): number =>
    invocations.filter((each) => each.status === status).length;
  return {
    component: header.component,
    invocations,
    same: count('same'),
    different: count('different'),
    skipped: count('skipped'),
  };

  async function replayOne(
    recorded: RecordedInvocation,
  ): Promise<Pick<ReplayedInvocation, 'status' | 'differences' | 'reason'>> {
    const reason = unreplayable(recorded);
    if (reason !== undefined) return { status: 'skipped', differences: [], reason };
    let entry: GuestEntry;
    try {
      entry = guestEntry(types, recorded.input);
    } catch (error) {
      const difference = { kind: 'input' as const, path: 'export', replayed: reasonOf(error) };
      return { status: 'different', differences: [difference] };
    }
    const answers = new RecordedAnswers(recorded.calls);
    const ambient = new AmbientAnswers(recorded.ambient ?? {}, recorded.at);
    let replayed: RecordedInvocation | undefined;
    const recording = new InvocationRecording({
      component: header.component,
      masks: new Masks(header.masked, recorded.standIns),
      limits: replayLimits,
      onOver: (record) => {
        replayed = record;
      },
    });
    const context = recording.inFrontOf({
      componentId: header.component,
      logger: noopLogger,
      config: () => new Map(Object.entries(recorded.config ?? {}).flatMap(withValue)),
      secrets: () => new Map(Object.entries(recorded.secrets ?? {}).flatMap(withSecret)),
      links: answers.links,
      intercept: (declared: WitInterface, bound: HostImport) => ambient.intercept(declared, bound),
    });
    try {
      await pool.run(
        context,
        async (instance, ended) => {
          ambient.called();
          await entry.call(instance, { component: header.component, recording, links: context.links, ended });
        },
        { onFault: (fault) => recording.failed(fault) },
      );
    } catch (error) {
      recording.failed(error);
    }
    await atMost(answers.drained(), drainMs);
    recording.over();
    if (replayed === undefined) {
      const difference = {
        kind: 'outcome' as const,
        path: 'start',
        replayed: 'the guest could not be started',
      };
      return { status: 'different', differences: [difference] };
    }
    const differences = [
      ...invocationDifferences(recorded, replayed, answers.answered),
      ...entry.differences(),
    ];
    return { status: differences.length === 0 ? 'same' : 'different', differences };
  }
}

/** Why an invocation can't be replayed; `undefined` if it can. */
function unreplayable({ cut, outcome }: RecordedInvocation): string | undefined {
  if (cut !== undefined) return cut;
  if (outcome.aborted !== undefined) return `it was ended from outside: ${outcome.aborted}`;
  return undefined;
}

function withValue([key, value]: readonly [string, string | null]): [string, string][] {
  return value === null ? [] : [[key, value]];
}

function withSecret([key, secret]: readonly [string, { readonly [kind: string]: JsonValue } | null]): [
  string,
  GuestSecret,
][] {
  if (secret === null) return [];
  const { string, bytes } = secret;
  if (typeof string === 'string') return [[key, { kind: 'string', value: string }]];
  return [[key, { kind: 'bytes', value: bytesFromJson(bytes ?? '') }]];
}

async function atMost(work: Promise<void>, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, ms);
  try {
    await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
