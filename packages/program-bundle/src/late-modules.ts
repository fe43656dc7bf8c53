import { builtinModules, createRequire } from 'node:module';
import type { Plugin } from 'rolldown';

/**
 * Modules of Node.js that a process has only once something needs them, each with what it takes at least of an idle one's resident memory, in MB
 * (Node.js 26.10, x64, with a connection and nothing else).
 */
const lateModules: ReadonlySet<string> = new Set([
  'assert', // 0.6
  'child_process', // 0.8
  'dns', // 0.6
  'dns/promises', // 0.6
  'fs/promises', // 1.3
  'http2', // 10, with those of TLS
  'https', // 7, with those of TLS
  'tls', // 6
  'worker_threads', // 0.5
  'zlib', // 1
]);

const prefix = '\0late-';

/**
 * Has a program load some modules of Node.js with the first use of a member rather than with whoever imports them: its own modules and its dependencies name
 * more of them than a process comes to use. Saves one that speaks without TLS 6 MB of memory.
 */
export function loadModulesLate(): Plugin {
  return {
    name: 'late-modules',
    resolveId(source) {
      const name = source.replace(/^node:/, '');
      // Taken as CommonJS, so that members that are imported by name are looked up where they are used.
      return lateModules.has(name) && builtinModules.includes(name) ? `${prefix}${name}.cjs` : undefined;
    },
    load(id) {
      return id.startsWith(prefix) ? lateModule(id.slice(prefix.length, -'.cjs'.length)) : undefined;
    },
  };
}

function lateModule(name: string): string {
  const members = Object.keys(createRequire(import.meta.url)(`node:${name}`) as object);
  return `
    let loaded;
    const load = () => (loaded ??= process.getBuiltinModule('node:${name}'));
    for (const name of ${JSON.stringify(members)}) {
      Object.defineProperty(exports, name, { enumerable: true, configurable: true, get: () => load()[name] });
    }
    ${name === 'tls' ? lateTlsSocket : ''}`;
}

/** A TLS socket says by `encrypted` what it is, as the documentation of Node.js has it, so that to ask whether a socket is one loads nothing. */
const lateTlsSocket = `
    class TLSSocket {
      constructor(...options) { return new (load().TLSSocket)(...options); }
      static [Symbol.hasInstance](socket) { return socket?.encrypted === true; }
    }
    Object.defineProperty(exports, 'TLSSocket', { enumerable: true, value: TLSSocket });`;
