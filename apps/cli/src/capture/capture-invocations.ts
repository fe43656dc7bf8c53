import { randomUUID } from 'node:crypto';
import type { CaptureHeader } from '@wasmlattice/capture';
import {
  type CapturedComponent,
  CaptureRefusedError,
  DiagnosticsPermissionError,
} from '@wasmlattice/diagnostics';
import { CliError } from '../cli-error.js';
import type { LatticeCommand } from '../command.js';
import { allOfComponent } from '../control/find-running.js';
import { diagnosticsOf } from '../diagnostics.js';

/** What was recorded, from all hosts. */
export interface CapturedInvocations {
  readonly header: CaptureHeader;
  readonly lines: readonly string[];
  /** Ids of the hosts that recorded. */
  readonly hosts: readonly string[];
  readonly dropped: number;
}

/**
 * Has all hosts that run the component record, until there are enough invocations, the time is over, or Ctrl-C.
 *
 * @throws CliError when it runs nowhere, or no host records
 */
export async function captureInvocations(
  lattice: LatticeCommand,
  wanted: {
    readonly component: string;
    readonly count: number;
    readonly forMs: number;
    readonly mask: readonly string[];
    /** Told once, when a host records. */
    readonly onBegin: () => void;
    /** Told once, when there is one. */
    readonly onFirst: () => void;
  },
): Promise<CapturedInvocations> {
  const { io } = lattice;
  const { component, count, forMs, mask, onBegin, onFirst } = wanted;
  const running = await allOfComponent(lattice, component);
  const diagnostics = diagnosticsOf(lattice);
  const capture = randomUUID();
  const enough = new AbortController();
  const timer = setTimeout(() => enough.abort(), forMs);
  const signal = AbortSignal.any([io.signal, enough.signal]);
  const at = new Date().toISOString();
  const lines: string[] = [];
  const hosts: { readonly id: string; readonly version: string }[] = [];
  const refusals: (CaptureRefusedError | DiagnosticsPermissionError)[] = [];
  let code: CapturedComponent | undefined;
  let dropped = 0;

  const captureOn = async (hostId: string): Promise<void> => {
    try {
      const end = await diagnostics.capture(hostId, {
        capture,
        component,
        count,
        mask,
        signal,
        onBegin(told, version) {
          if (hosts.length === 0) onBegin();
          hosts.push({ id: hostId, version });
          if (code !== undefined && code.sha256 !== told.sha256) {
            io.err(`warning: host ${hostId} runs other code of ${component} than another host does\n`);
          }
          code ??= told;
        },
        onLines(more) {
          if (lines.length === 0) onFirst();
          lines.push(...more.slice(0, count - lines.length));
          if (lines.length >= count) enough.abort();
        },
      });
      dropped += end.dropped;
    } catch (error) {
      if (!(error instanceof CaptureRefusedError || error instanceof DiagnosticsPermissionError)) throw error;
      refusals.push(error);
    }
  };
  try {
    await Promise.all(running.map(({ host }) => captureOn(host.hostId)));
  } finally {
    clearTimeout(timer);
    enough.abort();
  }
  const [refusal] = refusals;
  if (hosts.length === 0 && refusal !== undefined) {
    throw new CliError(
      refusal.message,
      'start hosts with --diagnostics on, which is the default; who captures needs the role of an operator',
      { cause: refusal },
    );
  }
  for (const { message } of refusals) io.err(`warning: ${message}\n`);
  return {
    header: {
      kind: 'capture',
      version: 1,
      component,
      ...(code !== undefined && {
        image: code.imageRef,
        sha256: code.sha256,
        world: { imports: code.imports, exports: code.exports },
      }),
      hosts,
      at,
      masked: mask,
    },
    lines,
    hosts: hosts.map(({ id }) => id),
    dropped,
  };
}
