import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseChallenge } from './challenge.js';
import { chooseManifest, ManifestError, parseManifest } from './manifest.js';
import { formatOciReference, OciReferenceError, parseOciReference } from './oci-reference.js';

const digest = fc.constantFrom(`sha256:${'0'.repeat(64)}`, 'sha256:0', 'md5:0', '', null, {});
const descriptor = fc.record(
  {
    mediaType: fc.oneof(fc.string(), fc.jsonValue()),
    digest,
    size: fc.oneof(fc.integer(), fc.double(), fc.jsonValue()),
    annotations: fc.jsonValue(),
    platform: fc.jsonValue(),
  },
  { requiredKeys: [] },
);
const manifest = fc.record(
  {
    schemaVersion: fc.constantFrom(2, 1, '2', null),
    mediaType: fc.oneof(fc.string(), fc.jsonValue()),
    config: fc.oneof(descriptor, fc.jsonValue()),
    layers: fc.oneof(fc.array(descriptor), fc.jsonValue()),
    manifests: fc.oneof(fc.array(descriptor), fc.jsonValue()),
    annotations: fc.jsonValue(),
    __proto__: fc.jsonValue(),
  },
  { requiredKeys: [] },
);

it('any bytes are a manifest or refused as none', () => {
  const texts = fc.oneof(
    manifest.map((value) => JSON.stringify(value)),
    fc.json(),
    fc.string(),
  );
  fc.assert(
    fc.property(texts, fc.string(), (text, contentType) => {
      try {
        const parsed = parseManifest(Buffer.from(text), contentType);
        if (parsed.kind === 'index') chooseManifest(parsed, 'x64', 'linux');
      } catch (error) {
        expect(error).toBeInstanceOf(ManifestError);
      }
    }),
    { numRuns: 5_000 },
  );
});

it('any text is a reference, the same when it is written out and read again, or refused as none', () => {
  const part = fc.stringMatching(/^[a-zA-Z0-9._:/@-]{0,40}$/);
  fc.assert(
    fc.property(fc.oneof(part, fc.string()), (text) => {
      try {
        const reference = parseOciReference(text);
        expect(parseOciReference(formatOciReference(reference))).toEqual(reference);
      } catch (error) {
        expect(error).toBeInstanceOf(OciReferenceError);
      }
    }),
    { numRuns: 5_000 },
  );
});

it('any header is a challenge or none', () => {
  const words = fc.constantFrom('Bearer ', 'Basic ', 'realm=', '"', 'https://a/', ',', ' ', '\\', 'x');
  fc.assert(
    fc.property(fc.array(words, { maxLength: 60 }), (parts) => {
      const challenge = parseChallenge(parts.join(''));
      expect(['undefined', 'object']).toContain(typeof challenge);
    }),
    { numRuns: 5_000 },
  );
});
