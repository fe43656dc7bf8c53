import { isAllowEntry } from '@wasmlattice/http-client';
import {
  defineSettings,
  flag,
  InvalidValueError,
  type SettingsSchema,
  setting,
  text,
} from '@wasmlattice/provider-sdk';

export interface HttpClientSettings {
  readonly allow: readonly string[];
  readonly ssl_certs_file: string | undefined;
  readonly load_native_certs: boolean;
  readonly load_webpki_certs: boolean;
}

/** docs/spec/provider.md#10.2; `allow` is ours. */
export const httpClientSettings: SettingsSchema<HttpClientSettings> = defineSettings({
  provider: 'http-client',
  settings: {
    allow: setting(readAllowed, {
      sides: ['provider'],
      default: ['*'],
      defaultText: '`*`',
      description:
        'where requests may go, with commas: `*` is the public Internet; names, addresses and networks others ([forms](../../../docs/http.md#requests-of-components))',
    }),
    ssl_certs_file: text({
      sides: ['provider'],
      defaultText: 'none',
      description: 'a PEM file with certificates of authorities to trust as well',
    }),
    load_native_certs: flag({
      sides: ['provider'],
      default: true,
      defaultText: '`true`',
      description: authorities(),
    }),
    load_webpki_certs: flag({
      sides: ['provider'],
      default: true,
      defaultText: '`true`',
      description: authorities(),
    }),
  },
});

function authorities(): string {
  return 'either stands for the authorities that Node.js trusts';
}

function readAllowed(list: string): readonly string[] {
  const entries = list
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const wrong = entries.find((entry) => !isAllowEntry(entry));
  if (wrong === undefined) return entries;
  throw new InvalidValueError(
    `"${wrong}" is no entry: give *, names such as api.example.org or *.example.org, addresses and networks, each with or without :port`,
  );
}
