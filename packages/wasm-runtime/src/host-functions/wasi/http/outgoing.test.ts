import { describe, expect, it } from 'vitest';
import { IoError, MemorySource } from '../io/index.js';
import { HttpFailure } from './error-code.js';
import { Fields } from './fields.js';
import { FutureIncomingResponse, type ResponseSource } from './incoming-response.js';
import { httpErrorCode, httpInterfaces } from './interfaces.js';
import { OutgoingRequest } from './outgoing-request.js';
import { RequestOptions } from './request-options.js';

function payload(action: () => unknown): unknown {
  try {
    action();
  } catch (thrown) {
    return (thrown as { payload: unknown }).payload;
  }
  throw new Error('nothing was thrown');
}

describe('outgoing-request', () => {
  it('starts as a GET without target', () => {
    const request = new OutgoingRequest(new Fields());
    expect(request.method()).toEqual({ tag: 'get' });
    expect([request.pathWithQuery(), request.scheme(), request.authority()]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('keeps what is valid', () => {
    const request = new OutgoingRequest(new Fields());
    request.setMethod({ tag: 'other', val: 'PROPFIND' });
    request.setScheme({ tag: 'other', val: 'coap+tcp' });
    for (const path of ['/', '/a/b%20c?d=e&f=[1]', '?only=query', '*', undefined]) {
      request.setPathWithQuery(path);
      expect(request.pathWithQuery()).toBe(path);
    }
    for (const authority of ['example.org', 'localhost:8080', '[::1]:80', 'user:pass@host', undefined]) {
      request.setAuthority(authority);
      expect(request.authority()).toBe(authority);
    }
    expect(request.method()).toEqual({ tag: 'other', val: 'PROPFIND' });
  });

  it('refuses what is not', () => {
    const request = new OutgoingRequest(new Fields());
    const invalid = [
      () => request.setMethod({ tag: 'other', val: 'GET /' }),
      () => request.setScheme({ tag: 'other', val: '1http' }),
      () => request.setPathWithQuery('/a b'),
      () => request.setPathWithQuery('/a\r\nx: y'),
      () => request.setPathWithQuery('/a#b'),
      () => request.setAuthority('a b'),
      () => request.setAuthority('a/b'),
      () => request.setAuthority('host:port'),
    ];
    for (const set of invalid) expect(payload(set)).toBeUndefined();
  });

  it('gives its body once', () => {
    const request = new OutgoingRequest(new Fields());
    request.body();
    expect(payload(() => request.body())).toBeUndefined();
  });
});

describe('request-options', () => {
  it('keeps its timeouts', () => {
    const options = new RequestOptions();
    expect(options.connectTimeout()).toBeUndefined();
    options.setConnectTimeout(1n);
    options.setFirstByteTimeout(2n);
    options.setBetweenBytesTimeout(3n);
    expect([options.connectTimeout(), options.firstByteTimeout(), options.betweenBytesTimeout()]).toEqual([
      1n,
      2n,
      3n,
    ]);
  });
});

describe('future-incoming-response', () => {
  const source = (): ResponseSource & { readonly body: MemorySource } => ({
    head: { status: 404, headers: ['Content-Type', 'text/plain'] },
    body: new MemorySource([]),
    trailers: () => Promise.resolve(undefined),
  });

  it('gives its response once, when it is there', async () => {
    const arriving = Promise.withResolvers<ResponseSource>();
    const future = new FutureIncomingResponse(arriving.promise);
    expect(future.get()).toBeUndefined();
    const blocked = future.subscribe().block();
    arriving.resolve(source());
    await blocked;
    const first = await future.get();
    if (first?.tag !== 'ok' || first.val.tag !== 'ok') throw new Error('no response');
    const response = first.val.val;
    expect(response.status()).toBe(404);
    expect(response.headers().has('content-type')).toBe(true);
    response.consume();
    expect(payload(() => response.consume())).toBeUndefined();
    expect(future.get()).toEqual({ tag: 'err', val: undefined });
  });

  it('gives the error-code of a failed request', async () => {
    const failure = new HttpFailure({ tag: 'connection-refused' }, 'refused');
    const future = new FutureIncomingResponse(Promise.reject(failure));
    await future.subscribe().block();
    expect(future.get()).toEqual({ tag: 'ok', val: { tag: 'err', val: { tag: 'connection-refused' } } });
  });

  it('cancels a response the guest no longer waits for', async () => {
    for (const dropFirst of [true, false]) {
      const response = source();
      const arriving = Promise.resolve(response);
      const future = new FutureIncomingResponse(arriving);
      if (dropFirst) future[Symbol.dispose]();
      await arriving;
      if (!dropFirst) future[Symbol.dispose]();
      expect(response.body.cancelled).toBe(true);
    }
  });
});

describe('http-error-code', () => {
  it('knows the errors of HTTP bodies and no others', () => {
    const failure = new HttpFailure({ tag: 'connection-terminated' }, 'client gone');
    expect(httpErrorCode(new IoError(failure))).toEqual({ tag: 'connection-terminated' });
    expect(httpErrorCode(new IoError(new Error('disk full')))).toBeUndefined();
  });
});

describe('the interfaces', () => {
  it('serve every 0.2 release and nothing else', () => {
    for (const { accepts } of httpInterfaces) {
      expect(['0.2.0', '0.2.3', '0.2.12'].every(accepts)).toBe(true);
      expect(['', '0.1.0', '0.3.0', '0.2.0-rc.1'].some(accepts)).toBe(false);
    }
  });
});
