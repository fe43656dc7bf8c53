import { InvalidValueError, setting, text, texts } from '../setting.js';
import { defineSettings, type SettingsSchema } from '../settings-schema.js';

/** The JSON of `config_json`; members are those of upstream's provider, and `path_style`. */
export interface S3Account {
  readonly access_key_id?: string;
  readonly secret_access_key?: string;
  readonly session_token?: string;
  readonly region?: string;
  readonly max_attempts?: number;
  /** `https://s3.example.com`; that of AWS without. */
  readonly endpoint?: string;
  /** Where buckets are made. */
  readonly bucket_region?: string;
  /** Buckets by the names that components use for them. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** A role to assume before anything else. */
  readonly sts_config?: {
    readonly role: string;
    readonly region?: string;
    readonly session?: string;
    readonly external_id?: string;
  };
  /** Whether the bucket is part of the path rather than of the host's name. */
  readonly path_style?: boolean;
}

export interface BlobstoreS3Settings {
  readonly config_b64: S3Account | undefined;
  readonly config_json: S3Account | undefined;
  readonly BUCKET_REGION: string | undefined;
  /** Buckets by the names that components use for them. */
  readonly alias_NAME: Readonly<Record<string, string>>;
}

/** docs/spec/provider.md#10.7 */
export const blobstoreS3Schema: SettingsSchema<BlobstoreS3Settings> = defineSettings({
  provider: 'blobstore-s3',
  settings: {
    config_json: setting(accountOf, {
      secret: 'advised',
      defaultText: 'none: what the AWS SDK finds',
      description: 'account and endpoint as JSON, see below; better as a secret of the same name',
    }),
    config_b64: setting((given) => accountOf(Buffer.from(given, 'base64').toString()), {
      secret: 'advised',
      defaultText: 'none',
      description: 'the same JSON as base64; comes before `config_json`',
    }),
    BUCKET_REGION: text({
      defaultText: '`bucket_region` of the JSON',
      description: 'where new buckets are made: their location constraint',
    }),
    alias_NAME: texts({
      startsWith: 'alias_',
      description: 'the bucket that a component means by `NAME` or `alias_NAME`; any number of such keys',
    }),
  },
});

type Kind = 'string' | 'number' | 'boolean' | 'object';

/** Kinds of the members; others are ignored, as by upstream's. */
const kinds: Readonly<Record<keyof S3Account, Kind>> = {
  access_key_id: 'string',
  secret_access_key: 'string',
  session_token: 'string',
  region: 'string',
  max_attempts: 'number',
  endpoint: 'string',
  bucket_region: 'string',
  aliases: 'object',
  sts_config: 'object',
  path_style: 'boolean',
};

function accountOf(given: string): S3Account {
  const value = parse(given);
  const members = Object.entries<Kind>(kinds).flatMap(([name, kind]) => {
    const member = value[name];
    if (member === undefined || member === null) return [];
    const seen: string = typeof member;
    if (seen === kind) return [[name, member]];
    throw new InvalidValueError(`${name} has to be ${kind === 'object' ? 'an object' : `a ${kind}`}`);
  });
  const account = Object.fromEntries(members) as S3Account;
  const isHalf = (account.access_key_id === undefined) !== (account.secret_access_key === undefined);
  if (isHalf) throw new InvalidValueError('give both access_key_id and secret_access_key, or neither');
  if (account.endpoint !== undefined && !URL.canParse(account.endpoint)) {
    throw new InvalidValueError('endpoint has to be a URL: https://s3.example.com');
  }
  if (account.sts_config !== undefined && typeof account.sts_config.role !== 'string') {
    throw new InvalidValueError('sts_config needs a role');
  }
  return account;
}

/** The message of an error never has what was given: there are secrets in it. */
function parse(given: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(given);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Said below.
  }
  throw new InvalidValueError('give a JSON object');
}
