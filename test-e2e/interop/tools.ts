import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Programs of others, each at a path of this machine. */
export interface Tools {
  readonly wash: string;
  readonly wadm: string;
  readonly wasmcloud: string;
  readonly httpServer: string;
  readonly httpClient: string;
  readonly keyvalueNats: string;
  readonly messagingNats: string;
}

const programs: Readonly<Record<keyof Tools, { readonly variable: string; readonly file: string }>> = {
  wash: { variable: 'WASH_BIN', file: 'wash' },
  wadm: { variable: 'WADM_BIN', file: 'wadm' },
  wasmcloud: { variable: 'WASMCLOUD_BIN', file: 'wasmcloud' },
  httpServer: { variable: 'HTTP_SERVER_PROVIDER_BIN', file: 'http-server-provider' },
  httpClient: { variable: 'HTTP_CLIENT_PROVIDER_BIN', file: 'http-client-provider' },
  keyvalueNats: { variable: 'KEYVALUE_NATS_PROVIDER_BIN', file: 'keyvalue-nats-provider' },
  messagingNats: { variable: 'MESSAGING_NATS_PROVIDER_BIN', file: 'messaging-nats-provider' },
};

/** Where `INTEROP_BIN` and the variables of single programs say they are. Throws naming all that is missing. */
export function findTools(env: Readonly<Record<string, string | undefined>>): Tools {
  const missing: string[] = [];
  const find = (tool: keyof Tools): string => {
    const { variable, file } = programs[tool];
    const path = env[variable] ?? (env.INTEROP_BIN === undefined ? undefined : join(env.INTEROP_BIN, file));
    if (path !== undefined && existsSync(path)) return path;
    missing.push(path === undefined ? variable : `${variable} (there is no ${path})`);
    return '';
  };
  const tools: Tools = {
    wash: find('wash'),
    wadm: find('wadm'),
    wasmcloud: find('wasmcloud'),
    httpServer: find('httpServer'),
    httpClient: find('httpClient'),
    keyvalueNats: find('keyvalueNats'),
    messagingNats: find('messagingNats'),
  };
  if (missing.length > 0) {
    throw new Error(
      `programs are missing: ${missing.join(', ')}; set INTEROP_BIN to a folder with all of them, or the variable of each`,
    );
  }
  return tools;
}
