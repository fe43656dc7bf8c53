import { createSigningKey, decodeToken, signToken, type Token } from '@wasmlattice/identity';
import { createLogger, type LogRecord } from '@wasmlattice/telemetry';
import { describe, expect, it } from 'vitest';
import { createSignatureRules, type SignatureRulesOptions } from './signature-rules.js';

const account = createSigningKey('account');
const now = 2_500_000;

function componentToken(times: { expires?: number; notBefore?: number } = {}): Token<'component'> {
  const subject = createSigningKey('module').publicKey;
  const metadata = { name: 'hello', hash: 'AB', provider: false };
  return signToken('component', { subject, metadata, issuedAt: 1_000, ...times }, account);
}

function providerToken(expires?: number, issuer = account): Token<'provider'> {
  const subject = createSigningKey('service').publicKey;
  const metadata = { vendor: 'acme', targetHashes: new Map<string, string>() };
  return signToken('provider', { subject, metadata, issuedAt: 1_000, expires }, issuer);
}

/** The token with the signature of another one. */
function forged(token: Token<'component'>): Token<'component'> {
  const [head, content] = token.text.split('.');
  return decodeToken('component', `${head}.${content}.${componentToken().text.split('.')[2]}`);
}

function setUp(options: Partial<SignatureRulesOptions> = {}) {
  const records: LogRecord[] = [];
  const logger = createLogger({
    name: 'host',
    level: 'info',
    format: 'text',
    write: () => {},
    record: (record) => void records.push(record),
  });
  const rules = createSignatureRules({
    demand: 'as-signed',
    allowedIssuers: undefined,
    now: () => now,
    logger,
    ...options,
  });
  return { rules, warnings: () => records.map(({ message }) => message) };
}

describe('as-signed', () => {
  const { rules, warnings } = setUp();

  it('runs what nobody signed, and what is signed well', () => {
    expect(() => rules.admitComponent('a', undefined)).not.toThrow();
    expect(() => rules.admitProvider('a', undefined)).not.toThrow();
    expect(() =>
      rules.admitComponent('a', componentToken({ expires: 3_000, notBefore: 2_000 })),
    ).not.toThrow();
    expect(() => rules.admitProvider('a', providerToken())).not.toThrow();
    expect(warnings()).toEqual([]);
  });

  it.each([
    ['that expired', componentToken({ expires: 2_000 }), 'token expired at'],
    ['before its time', componentToken({ notBefore: 3_000 }), 'token cannot be used before'],
    ['with the signature of another', forged(componentToken()), 'signature is not valid'],
  ])('refuses a component %s', (_, token, reason) => {
    expect(() => rules.admitComponent('a', token)).toThrow(reason);
  });

  it('runs a provider whose token does not count, with a warning', () => {
    const lenient = setUp();
    lenient.rules.admitProvider('a', providerToken(2_000));
    expect(lenient.warnings()).toEqual([
      'the token of a provider does not count; it runs all the same, as on wasmCloud 1.9',
    ]);
  });

  it('warns when no account signed', () => {
    const odd = setUp();
    odd.rules.admitProvider('a', providerToken(undefined, createSigningKey('operator') as never));
    expect(odd.warnings()).toEqual(['what signed an artifact is no account key']);
  });
});

it('valid: refuses providers whose token does not count, and runs those without one', () => {
  const { rules } = setUp({ demand: 'valid' });
  expect(() => rules.admitProvider('a', providerToken(2_000))).toThrow('token expired at');
  expect(() => rules.admitProvider('a', undefined)).not.toThrow();
});

it('required: refuses what has no token, and says how to get one', () => {
  const { rules } = setUp({ demand: 'required' });
  expect(() => rules.admitComponent('file:///a.wasm', undefined)).toThrow(
    "'file:///a.wasm' is not signed, and this host was started with --signatures required: sign it with `wasmlattice claims sign FILE`",
  );
  expect(() => rules.admitProvider('a', undefined)).toThrow('wasmlattice par create');
  expect(() => rules.admitComponent('a', componentToken())).not.toThrow();
});

it('allowed issuers: runs only what they signed', () => {
  const { rules } = setUp({ allowedIssuers: [account.publicKey] });
  expect(() => rules.admitComponent('a', componentToken())).not.toThrow();
  expect(() => rules.admitProvider('a', providerToken())).not.toThrow();
  expect(() => rules.admitProvider('a', providerToken(undefined, createSigningKey('account')))).toThrow(
    'not among the --allowed-issuers',
  );
  expect(() => rules.admitProvider('a', providerToken(2_000))).toThrow('token expired at');
  expect(() => rules.admitComponent('a', undefined)).toThrow('this host was started with --allowed-issuers');
});
