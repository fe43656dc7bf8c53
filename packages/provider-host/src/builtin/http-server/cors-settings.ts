import type { CorsPolicy } from './http-targets.js';
import { readList, readNumber, type Settings } from './values.js';

const origin = /^https?:\/\/[^/\s]+$/;
const token = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;

/** Those of upstream's server (docs/spec/provider.md#10). */
const defaults: CorsPolicy = {
  origins: [],
  headers: ['accept', 'accept-language', 'content-type', 'content-language'],
  methods: ['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'],
  exposedHeaders: [],
  maxAgeSeconds: 300,
};

/** `undefined` where no key is given: a component may deal with requests of other origins by itself. */
export function readCors(settings: Settings): CorsPolicy | undefined {
  const tokens = (key: string): readonly string[] | undefined =>
    readList(settings, key, (text) => token.test(text), 'names');
  const given = {
    origins: readList(
      settings,
      'cors_allowed_origins',
      (text) => origin.test(text),
      'origins such as https://example.org',
    ),
    headers: tokens('cors_allowed_headers'),
    methods: tokens('cors_allowed_methods'),
    exposedHeaders: tokens('cors_exposed_headers'),
    maxAgeSeconds: readNumber(settings, 'cors_max_age_secs', 0, 2 ** 31 - 1),
  };
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : { ...defaults, ...Object.fromEntries(entries) };
}
