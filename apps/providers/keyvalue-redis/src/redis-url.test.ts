import { describe, expect, it } from 'vitest';
import { describeNodes, parseRedisUrls } from './redis-url.js';

const plain = { isTls: false, database: 0, username: undefined, password: undefined };

describe('the URL of a Redis server', () => {
  it.each([
    ['redis://127.0.0.1:6379/', { ...plain, nodes: [{ host: '127.0.0.1', port: 6379 }] }],
    [
      'rediss://me:p%40ss@redis.example/3',
      {
        nodes: [{ host: 'redis.example', port: 6379 }],
        isTls: true,
        database: 3,
        username: 'me',
        password: 'p@ss',
      },
    ],
    ['redis://:only@[::1]:7000', { ...plain, nodes: [{ host: '::1', port: 7000 }], password: 'only' }],
    [
      'unix:///run/redis.sock?db=2&pass=x',
      { ...plain, nodes: [{ path: '/run/redis.sock' }], database: 2, password: 'x' },
    ],
    [
      'redis://me:x@one:7000, two:7001,redis://three',
      {
        ...plain,
        username: 'me',
        password: 'x',
        nodes: [
          { host: 'one', port: 7000 },
          { host: 'two', port: 7001 },
          { host: 'three', port: 6379 },
        ],
      },
    ],
  ])('%s', (text, address) => {
    expect(parseRedisUrls(text)).toEqual(address);
  });

  it.each([
    '',
    'localhost:6379',
    'http://h',
    'redis://',
    'redis://h/zero',
    'redis://a,rediss://b',
    'unix://',
    'redis://a,:p@b',
  ])('is not %j', (text) => {
    expect(() => parseRedisUrls(text)).toThrow(/write redis:\/\/user:password@host:6379\/0/);
  });

  it('never asks for a certificate to go unchecked', () => {
    expect(() => parseRedisUrls('rediss://:s3cret@h/#insecure')).toThrow(
      'certificates are always checked: give the authority in TLS_CA instead of #insecure',
    );
  });

  it('is shown without who logs in', () => {
    expect(describeNodes(parseRedisUrls('redis://me:x@one,two'))).toBe('one:6379, two:6379');
  });
});
