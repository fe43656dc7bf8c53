import { resolve } from 'node:path';
import type { HttpClientSettings } from '@wasmlattice/component-host';
import { ProxyError, type ProxySettings, proxiesFrom } from '@wasmlattice/http-client';
import { ConfigError } from './config-error.js';
import { hostVersion } from './host-version.js';
import type { Environment } from './read-settings.js';
import { type SettingValues, settings } from './settings.js';
import { readAuthorities } from './tls-authorities.js';

/** How HTTP requests of components get into a network where no link names a target of them. */
export interface HttpClientConfig {
  /** Where they may go; empty: nowhere. */
  readonly allow: readonly string[];
  /** PEM files. */
  readonly caFiles: readonly string[];
  readonly proxies: ProxySettings;
}

/** @throws ConfigError for a proxy that is none */
export function readHttpClient(
  values: Pick<SettingValues, 'httpClientAllow' | 'httpClientCa'>,
  env: Environment,
  cwd: string,
): HttpClientConfig {
  const allow = allowedHosts(values);
  return {
    allow,
    caFiles: values.httpClientCa.map((file) => resolve(cwd, file)),
    // What the variables hold is no matter to a host that sends nothing.
    proxies: allow.length === 0 ? {} : readProxies(env),
  };
}

/** `none` is for hosts in development mode, which allow `*` otherwise. */
export function allowedHosts({ httpClientAllow }: Pick<SettingValues, 'httpClientAllow'>): readonly string[] {
  return httpClientAllow.filter((entry) => entry !== 'none');
}

/**
 * What serving threads are told, certificates included; `undefined` where requests need a link.
 *
 * @throws ConfigError for a file that can't be read or holds no certificate
 */
export async function httpClientSettings({
  allow,
  caFiles,
  proxies,
}: HttpClientConfig): Promise<HttpClientSettings | undefined> {
  if (allow.length === 0) return undefined;
  return {
    allow: { entries: allow, source: `--${settings.httpClientAllow.flag} of the host` },
    proxies,
    trust: { authorities: await readAuthorities('httpClientCa', caFiles) },
    userAgent: `wasmlattice/${hostVersion}`,
  };
}

function readProxies(env: Environment): ProxySettings {
  try {
    return proxiesFrom(env);
  } catch (cause) {
    if (!(cause instanceof ProxyError)) throw cause;
    throw new ConfigError(`HTTP_PROXY, HTTPS_PROXY or ALL_PROXY: ${cause.message}`);
  }
}
