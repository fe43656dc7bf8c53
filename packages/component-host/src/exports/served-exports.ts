import type { ServedHandle, Server } from '@wasmlattice/rpc';
import type { Logger } from '@wasmlattice/telemetry';
import type { ComponentTypes } from '@wasmlattice/wasm-runtime/engines';
import {
  incomingHandlerExport,
  messageHandlerExport,
  watcherExport,
} from '@wasmlattice/wasm-runtime/host-functions';
import type { LatticeExports } from '@wasmlattice/wasm-runtime/lattice';
import type { RunInvocation } from '../invocation/invocation-runner.js';
import type { KeptInstances } from '../kept-instances/index.js';
import { customExports, serveCustomExports } from './custom-exports.js';
import { serveHttpExport } from './http-export.js';
import { serveMessageExport } from './message-export.js';
import { serveWatcherExport } from './watcher-export.js';

/** What a component offers to the lattice, by the form in which it is served. */
export interface ComponentExports {
  readonly custom: LatticeExports;
  /** The component's export of `wasi:http/incoming-handler`, verbatim. */
  readonly http: string | undefined;
  /** Its export of `wasmcloud:messaging/incoming-handler`, verbatim. */
  readonly messages: string | undefined;
  /** Its export of `wasi:keyvalue/watcher`, verbatim. */
  readonly changes: string | undefined;
}

/** Looks for all that can be served; warns of what can't. */
export function componentExports(types: ComponentTypes, logger: Logger): ComponentExports {
  return {
    custom: customExports(types, logger),
    http: incomingHandlerExport(types),
    messages: messageHandlerExport(types),
    changes: watcherExport(types),
  };
}

export function servesAnything({ custom, http, messages, changes }: ComponentExports): boolean {
  return custom.functions.length > 0 || [http, messages, changes].some((id) => id !== undefined);
}

/** Serves everything the component exports. Its calls run until the handles are closed. */
export async function serveExports(options: {
  readonly componentId: string;
  readonly exports: ComponentExports;
  readonly server: Server;
  readonly run: RunInvocation;
  readonly keptInstances: KeptInstances;
  readonly onUnfinishedBody?: () => void;
}): Promise<ServedHandle[]> {
  const { componentId, server, run, keptInstances, onUnfinishedBody } = options;
  const { custom, http, messages, changes } = options.exports;
  const parts = { componentId, server, run };
  const served = await serveCustomExports({ ...parts, exports: custom, keptInstances });
  if (http !== undefined) served.push(await serveHttpExport({ ...parts, exportId: http, onUnfinishedBody }));
  if (messages !== undefined) served.push(await serveMessageExport({ ...parts, exportId: messages }));
  if (changes !== undefined) served.push(...(await serveWatcherExport({ ...parts, exportId: changes })));
  return served;
}
