import type { StringMap } from '@wasmlattice/control-interface/types';
import type { ConfigEdit, EditAnswer, LinkEdit } from '../../src/model/edits.js';
import type { SentRequest } from '../../src/model/traces.js';

/** The server part could not do what was asked; the message is for whoever asked. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
}

/** The values of a config; `undefined` if there is none of that name. Throws an {@link ApiError}. */
export async function readConfig(token: string, name: string): Promise<StringMap | undefined> {
  const answer = await call(token, `/api/configs/${encodeURIComponent(name)}`);
  return (answer as { readonly values?: StringMap }).values;
}

/** Carries out an edit, and resolves with a sentence about it. Throws an {@link ApiError}. */
export async function sendConfigEdit(token: string, edit: ConfigEdit): Promise<string> {
  return ((await call(token, '/api/configs', edit)) as EditAnswer).message;
}

/** As {@link sendConfigEdit}. */
export async function sendLinkEdit(token: string, edit: LinkEdit): Promise<string> {
  return ((await call(token, '/api/links', edit)) as EditAnswer).message;
}

/** Has a request sent again, and resolves with a sentence about it. Throws an {@link ApiError}. */
export async function sendRequest(token: string, request: SentRequest): Promise<string> {
  return ((await call(token, '/api/requests', request)) as EditAnswer).message;
}

async function call(token: string, path: string, body?: unknown): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}` };
  const options =
    body === undefined
      ? { headers }
      : {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        };
  let response: Response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new ApiError('The dashboard does not answer: is `wasmlattice ui` still running?');
  }
  const text = await response.text();
  if (text === '') throw new ApiError(`The dashboard refuses this (${response.status})`);
  const answer: unknown = JSON.parse(text);
  if (!response.ok) throw new ApiError((answer as EditAnswer).message);
  return answer;
}
