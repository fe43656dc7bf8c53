import { resolve } from 'node:path';
import type { SettingValues } from './settings.js';

/** Registries of artifacts, and whom TLS trusts. */
export interface RegistriesConfig {
  readonly allowLatest: boolean;
  /** Registries that are reached over plain HTTP. */
  readonly insecure: readonly string[];
  /** Who to be at one registry. */
  readonly login:
    | { readonly registry: string; readonly username: string; readonly password: string }
    | undefined;
  /** Registries to ask before another one, by the name of that, in order. */
  readonly mirrors: ReadonlyMap<string, readonly string[]>;
  /** PEM files of authorities to trust besides those of the system. */
  readonly authorityFiles: readonly string[];
  /** What the cache may hold, in bytes. */
  readonly cacheBytes: number;
}

export function readRegistries(values: SettingValues, cwd: string): RegistriesConfig {
  const { ociRegistry, ociUser, ociPassword } = values;
  const mirrors = new Map<string, string[]>();
  for (const [registry, mirror] of values.ociMirrors) {
    mirrors.set(registry, [...(mirrors.get(registry) ?? []), mirror]);
  }
  return {
    allowLatest: values.allowLatest,
    insecure: values.allowedInsecure,
    login:
      ociRegistry === undefined || ociUser === undefined || ociPassword === undefined
        ? undefined
        : { registry: ociRegistry, username: ociUser, password: ociPassword },
    mirrors,
    authorityFiles: values.tlsCaPath.map((path) => resolve(cwd, path)),
    cacheBytes: values.artifactCacheBytes,
  };
}
