import { describe, expect, it } from 'vitest';
import { type CorsPolicy, corsHeaders, preflightHeaders } from './cors.js';

const open: CorsPolicy = { origins: [], headers: [], methods: [], exposedHeaders: [], maxAgeSeconds: 300 };
const closed: CorsPolicy = {
  origins: ['https://example.org'],
  headers: ['content-type'],
  methods: ['GET', 'POST'],
  exposedHeaders: ['x-sum'],
  maxAgeSeconds: 5,
};

/** Lines as an object; no name occurs twice. */
function named(lines: readonly string[] | undefined): Record<string, string> {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < (lines?.length ?? 0); i += 2) pairs.push([lines?.[i] ?? '', lines?.[i + 1] ?? '']);
  expect(new Set(pairs.map(([name]) => name)).size).toBe(pairs.length);
  const { vary, ...others } = Object.fromEntries(pairs);
  expect(vary).toContain('origin');
  return others;
}

const from = (origin: string): string[] => ['Origin', origin, 'Access-Control-Request-Method', 'POST'];

describe('a preflight', () => {
  it('is answered with what is allowed', () => {
    expect(named(preflightHeaders(closed, 'OPTIONS', from('https://example.org')))).toEqual({
      'access-control-allow-origin': 'https://example.org',
      'access-control-allow-methods': 'GET,POST',
      'access-control-allow-headers': 'content-type',
      'access-control-max-age': '5',
    });
    expect(named(preflightHeaders(open, 'OPTIONS', from('https://any.example')))).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': '*',
    });
  });

  it('of another origin names none', () => {
    const lines = named(preflightHeaders(closed, 'OPTIONS', from('https://example.org.evil')));
    expect(lines).not.toHaveProperty('access-control-allow-origin');
  });

  it('is OPTIONS with an origin and a method, and nothing else', () => {
    expect(preflightHeaders(open, 'POST', from('https://example.org'))).toBeUndefined();
    expect(preflightHeaders(open, 'OPTIONS', ['Origin', 'https://example.org'])).toBeUndefined();
    expect(preflightHeaders(open, 'OPTIONS', ['Access-Control-Request-Method', 'POST'])).toBeUndefined();
  });
});

it('a response says who may read it, and what of it', () => {
  expect(named(corsHeaders(closed, ['origin', 'https://example.org']))).toEqual({
    'access-control-allow-origin': 'https://example.org',
    'access-control-expose-headers': 'x-sum',
  });
  expect(named(corsHeaders(closed, []))).toEqual({ 'access-control-expose-headers': 'x-sum' });
  expect(named(corsHeaders(open, []))).toMatchObject({ 'access-control-allow-origin': '*' });
});
