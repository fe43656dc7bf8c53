import type { MetadataByKind, SignerMetadata, TokenKind } from './claims.js';
import { TokenFields } from './token-fields.js';

/** The metadata of one kind of token as the JSON object `wascap`, there and back. */
interface MetadataCodec<M> {
  decode(fields: TokenFields): M;
  encode(metadata: M): Readonly<Record<string, unknown>>;
}

const leastRevision = -(2 ** 31);
const mostRevision = 2 ** 31 - 1;

const signer: MetadataCodec<SignerMetadata> = {
  decode: (fields) => ({ name: fields.text('name'), validSigners: fields.texts('valid_signers') }),
  // Absent values are null here, as upstream writes them.
  encode: ({ name, validSigners }) => ({ name: name ?? null, valid_signers: validSigners ?? null }),
};

const codecs: { readonly [K in TokenKind]: MetadataCodec<MetadataByKind[K]> } = {
  component: {
    decode: (fields) => ({
      name: fields.text('name'),
      hash: fields.requiredText('hash'),
      tags: fields.texts('tags'),
      revision: fields.integer('rev', leastRevision, mostRevision),
      version: fields.text('ver'),
      callAlias: fields.text('call_alias'),
      provider: fields.flag('prov') ?? false,
    }),
    encode: ({ name, hash, tags, revision, version, callAlias, provider }) => ({
      name,
      hash,
      tags,
      rev: revision,
      ver: version,
      call_alias: callAlias,
      prov: provider,
    }),
  },
  provider: {
    decode: (fields) => ({
      name: fields.text('name'),
      vendor: fields.requiredText('vendor'),
      revision: fields.integer('rev', leastRevision, mostRevision),
      version: fields.text('ver'),
      targetHashes: fields.requiredTextMap('target_hashes'),
      configSchema: fields.any('config_schema'),
    }),
    encode: ({ name, vendor, revision, version, targetHashes, configSchema }) => ({
      name: name ?? null,
      vendor,
      rev: revision,
      ver: version,
      target_hashes: Object.fromEntries(targetHashes),
      config_schema: configSchema,
    }),
  },
  host: {
    decode: (fields) => ({ name: fields.text('name'), labels: fields.textMap('labels') }),
    encode: ({ name, labels }) => ({
      name: name ?? null,
      labels: labels === undefined ? undefined : Object.fromEntries(labels),
    }),
  },
  account: signer,
  operator: signer,
  cluster: signer,
};

/** @throws ClaimsError when a field is missing or of another type */
export function decodeMetadata<K extends TokenKind>(kind: K, value: unknown): MetadataByKind[K] {
  return codecs[kind].decode(new TokenFields(value, `the metadata of a ${kind} token`));
}

export function encodeMetadata<K extends TokenKind>(kind: K, metadata: MetadataByKind[K]): unknown {
  return codecs[kind].encode(metadata);
}
