import type { HttpRequest } from '@wasmlattice/rpc/interfaces';
import { HttpFailure } from '../error-code.js';
import { isFieldName } from '../field-store.js';
import type { HttpRequestHead } from '../http-exchange.js';
import { isAuthority, isPathWithQuery, isScheme, methodToText, schemeToText } from '../message-head.js';
import { fieldsToLines } from './wire-fields.js';

/**
 * The head of a request that arrived over wRPC.
 *
 * @throws HttpFailure when it can't be given to a guest
 */
export function headOf(request: HttpRequest): HttpRequestHead {
  const { pathWithQuery = '/', scheme, authority } = request;
  if (scheme === undefined) throw malformed('it has no scheme');
  if (authority === undefined) throw malformed('it has no authority');
  const head = {
    method: methodToText(request.method),
    scheme: schemeToText(scheme),
    authority,
    pathWithQuery,
  };
  checkHead(head);
  return { ...head, headers: fieldsToLines(request.headers) };
}

/** @throws HttpFailure when the head can't be that of a request over wRPC, where each part has to be well-formed */
export function checkHead(head: Omit<HttpRequestHead, 'headers'>): void {
  const { method, scheme, authority, pathWithQuery } = head;
  if (!isFieldName(method)) throw malformed(`${JSON.stringify(method)} is no method`);
  if (!isScheme(scheme)) throw malformed(`${JSON.stringify(scheme)} is no scheme`);
  if (!isAuthority(authority)) throw malformed(`${JSON.stringify(authority)} is no authority`);
  if (!isPathWithQuery(pathWithQuery)) throw malformed(`${JSON.stringify(pathWithQuery)} is no path`);
}

function malformed(detail: string): HttpFailure {
  return new HttpFailure({ tag: 'HTTP-request-URI-invalid' }, `the HTTP request can't be handled: ${detail}`);
}
