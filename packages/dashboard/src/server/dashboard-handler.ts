import type { IncomingMessage, ServerResponse } from 'node:http';
import { ControlError, InvalidNameError } from '@wasmlattice/control-interface';
import { DecodeError } from '@wasmlattice/control-interface/codec';
import type { DiagnosticsClient } from '@wasmlattice/diagnostics';
import type { Logger } from '@wasmlattice/telemetry';
import type { EditAnswer } from '../model/edits.js';
import type { SentRequest } from '../model/traces.js';
import { decodeConfigEdit, decodeLinkEdit, decodeSentRequest } from './decode-edits.js';
import type { LatticeEditor } from './lattice-editor.js';
import { streamLog } from './log-stream.js';
import type { PageFile } from './page-files.js';
import { readJson } from './read-body.js';
import { Refusal } from './refusal.js';
import type { RequestGuard } from './request-guard.js';
import type { TracesWatch } from './traces-watch.js';
import type { Viewers } from './viewers.js';

/** What {@link createDashboardHandler} needs. */
export interface DashboardHandlerOptions {
  readonly files: ReadonlyMap<string, PageFile>;
  readonly guard: RequestGuard;
  readonly viewers: Viewers;
  readonly traces: Pick<TracesWatch, 'add'>;
  readonly editor: LatticeEditor;
  readonly diagnostics: DiagnosticsClient;
  readonly isReadOnly: boolean;
  /** Absent: requests are not sent from here. */
  readonly sendAgain?: ((request: SentRequest) => Promise<void>) | undefined;
  readonly logger: Logger;
}

/** Goes with every answer: the page loads what is here, runs scripts from files alone, and is in nobody's frame. */
const headers: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Answers the requests of pages: files to whoever asks here, everything else by token. */
export function createDashboardHandler(
  options: DashboardHandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { logger } = options;
  return (request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    answer(request, response, options).catch((error: unknown) => {
      const { status, message } = describeFailure(error);
      if (status === 500) logger.error('a request of the dashboard failed', { error });
      if (response.headersSent) response.destroy();
      else sendJson(response, status, { ok: false, message });
    });
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: DashboardHandlerOptions,
): Promise<void> {
  const { guard, files, viewers } = options;
  // Who is not meant gets nothing, not even a reason.
  if (!guard.isOurs(request.headers)) return sendNothing(response, 403);
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const route = `${request.method} ${pathname}`;
  if (!pathname.startsWith('/api/')) {
    const file = files.get(pathname);
    if (file === undefined) return sendNothing(response, 404);
    if (request.method !== 'GET' && request.method !== 'HEAD') return sendNothing(response, 405);
    return sendFile(response, file);
  }
  if (!guard.hasToken(request.headers)) return sendNothing(response, 401);
  if (route === 'GET /api/stream') return viewers.add(response);
  if (route === 'GET /api/traces') return options.traces.add(response);
  const [, configName] = /^GET \/api\/configs\/(.+)$/.exec(route) ?? [];
  if (configName !== undefined) return await sendConfig(response, decodeURIComponent(configName), options);
  const [, workload] = /^GET \/api\/logs\/(.+)$/.exec(route) ?? [];
  if (workload !== undefined) {
    return await streamLog(response, decodeURIComponent(workload), options.diagnostics);
  }
  if (request.method === 'POST') return await edit(pathname, request, response, options);
  sendNothing(response, 404);
}

async function sendConfig(
  response: ServerResponse,
  name: string,
  { editor }: DashboardHandlerOptions,
): Promise<void> {
  sendJson(response, 200, { name, values: await editor.readConfig(name) });
}

async function edit(
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
  { editor, isReadOnly, sendAgain }: DashboardHandlerOptions,
): Promise<void> {
  if (path === '/api/requests' && sendAgain !== undefined) {
    const again = decodeSentRequest(await readJson(request));
    await sendAgain(again).catch((error: unknown) => {
      throw new Refusal(
        502,
        `It could not be sent: ${error instanceof Error ? error.message : String(error)}`,
      );
    });
    const sent: EditAnswer = { ok: true, message: 'It is sent: its trace is among the last ones' };
    return sendJson(response, 200, sent);
  }
  if (path !== '/api/configs' && path !== '/api/links') return sendNothing(response, 404);
  if (isReadOnly) throw new Refusal(403, 'this dashboard only shows: it was started with --read-only');
  const body = await readJson(request);
  const message =
    path === '/api/configs'
      ? await editor.editConfig(decodeConfigEdit(body))
      : await editor.editLink(decodeLinkEdit(body));
  const done: EditAnswer = { ok: true, message };
  sendJson(response, 200, done);
}

function describeFailure(error: unknown): { readonly status: number; readonly message: string } {
  if (error instanceof Refusal) return { status: error.status, message: error.message };
  if (error instanceof DecodeError || error instanceof InvalidNameError || error instanceof URIError) {
    return { status: 400, message: error.message };
  }
  if (error instanceof ControlError) {
    return { status: error.code === 'refused' ? 422 : 502, message: error.reply ?? error.message };
  }
  return { status: 500, message: 'the dashboard failed; its terminal says why' };
}

function sendNothing(response: ServerResponse, status: number): void {
  response.writeHead(status).end();
}

function sendFile(response: ServerResponse, { content, contentType, isImmutable }: PageFile): void {
  const cacheControl = isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache';
  response.writeHead(200, {
    'content-type': contentType,
    'content-length': content.length,
    'cache-control': cacheControl,
  });
  response.end(content);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}
