import { afterEach, describe, expect, it } from 'vitest';
import { ForwardedHeaders } from './forwarded.js';
import { type HttpListener, openHttpListener } from './listener.js';

const head = {
  method: 'GET',
  scheme: 'http',
  authority: 'example.org',
  pathWithQuery: '/',
  headers: [
    'X-Forwarded-For',
    '192.0.2.1',
    'x-forwarded-proto',
    'https',
    'Forwarded',
    'for=x',
    'accept',
    '*/*',
  ],
};

describe('what a request tells of the way it came', () => {
  const forwarded = new ForwardedHeaders(['10.0.0.0/8', '::1']);

  it('is kept from a trusted proxy, whose address is added', () => {
    expect(forwarded.apply(head, '::ffff:10.1.2.3')).toEqual({
      ...head,
      scheme: 'https',
      headers: [...head.headers, 'x-forwarded-for', '10.1.2.3'],
    });
  });

  it('is taken away from everybody else', () => {
    expect(forwarded.apply(head, '11.0.0.1')).toEqual({
      ...head,
      headers: ['accept', '*/*', 'x-forwarded-for', '11.0.0.1', 'x-forwarded-proto', 'http'],
    });
  });

  it('is trusted by the address alone', () => {
    for (const client of ['10.0.0.1', '::ffff:10.0.0.1', '::1'])
      expect(forwarded.isTrusted(client)).toBe(true);
    for (const client of ['11.0.0.1', '::2', '', 'localhost'])
      expect(forwarded.isTrusted(client)).toBe(false);
  });
});

describe('the host of a request', () => {
  let listener: HttpListener | undefined;
  afterEach(() => listener?.close({ graceMs: 0 }));

  it.each([
    [['127.0.0.1'], 'told.example.org'],
    [['10.0.0.0/8'], undefined],
    [undefined, 'told.example.org'],
  ])('is what a proxy tells if it is one of %j', async (trustedProxies, expected) => {
    listener = await openHttpListener({
      host: '127.0.0.1',
      port: 0,
      trustedProxies,
      async handle({ request, responder }) {
        responder.start({ status: 200, headers: [] }).write(Buffer.from(request.authority));
        responder.finish();
      },
    });
    const authority = `127.0.0.1:${listener.address.port}`;
    const response = await fetch(`http://${authority}/`, {
      headers: { 'x-forwarded-host': 'told.example.org' },
    });
    expect(await response.text()).toBe(expected ?? authority);
  });
});
