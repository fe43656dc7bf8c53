import { describe, expect, it } from 'vitest';
import { formatOciReference, OciReferenceError, parseOciReference } from './oci-reference.js';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('a reference', () => {
  it.each([
    ['ghcr.io/acme/a:1.0', { registry: 'ghcr.io', repository: 'acme/a', tag: '1.0' }],
    ['localhost:5000/a:1', { registry: 'localhost:5000', repository: 'a', tag: '1' }],
    ['localhost/a:1', { registry: 'localhost', repository: 'a', tag: '1' }],
    ['127.0.0.1:5000/a/b/c:1', { registry: '127.0.0.1:5000', repository: 'a/b/c', tag: '1' }],
    ['[::1]:5000/a:1', { registry: '[::1]:5000', repository: 'a', tag: '1' }],
    ['ghcr.io/acme/a', { registry: 'ghcr.io', repository: 'acme/a', tag: 'latest' }],
    [`ghcr.io/acme/a@${digest}`, { registry: 'ghcr.io', repository: 'acme/a', digest }],
    [`ghcr.io/acme/a:1@${digest}`, { registry: 'ghcr.io', repository: 'acme/a', tag: '1', digest }],
  ])('%s is read part by part', (text, parts) => {
    expect(parseOciReference(text)).toEqual({ tag: undefined, digest: undefined, ...parts });
  });

  it.each([
    ['alpine', 'docker.io/library/alpine:latest'],
    ['alpine:3', 'docker.io/library/alpine:3'],
    ['acme/a:1', 'docker.io/acme/a:1'],
    ['docker.io/alpine:3', 'docker.io/library/alpine:3'],
    ['index.docker.io/acme/a:1', 'docker.io/acme/a:1'],
    ['GHCR.io/Acme/Counter:V1', 'ghcr.io/acme/counter:v1'],
  ])('%s means %s', (text, full) => {
    expect(formatOciReference(parseOciReference(text))).toBe(full);
  });

  it.each([
    ['', 'is no repository'],
    ['ghcr.io/', 'is no repository'],
    ['ghcr.io/a//b:1', 'is no repository'],
    ['ghcr.io/../a:1', 'is no repository'],
    ['ghcr.io/a b:1', 'is no repository'],
    ['ghcr.io/a:', "'' is no tag"],
    ['ghcr.io/a:1/2', "'1/2' is no tag"],
    [`ghcr.io/a:${'x'.repeat(129)}`, 'is no tag'],
    [`ghcr.io/${'x'.repeat(256)}:1`, 'more than 255 characters'],
    ['ghcr.io/a@sha256:12', "the digest 'sha256:12' is not 'sha256:' and 64 hexadecimal digits"],
    [`ghcr.io/a@${digest}@${digest}`, "more than one '@'"],
    ['-.io/a:1', "'-.io' is no host name with a port"],
    ['user:secret@ghcr.io/a:1', 'the digest'],
    ['x'.repeat(2000), 'too long'],
  ])('%j is refused with the reason', (text, reason) => {
    expect(() => parseOciReference(text)).toThrow(OciReferenceError);
    expect(() => parseOciReference(text)).toThrow(reason);
  });

  it('is read in linear time', () => {
    expect(() => parseOciReference(`ghcr.io/${'a-'.repeat(500)}`)).toThrow(OciReferenceError);
    expect(() => parseOciReference(`${'a'.repeat(1000)}!/b`)).toThrow(OciReferenceError);
  });
});
