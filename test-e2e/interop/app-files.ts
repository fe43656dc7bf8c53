import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InteropFiles } from './interop.js';

export interface AppFilesOptions {
  readonly folder: string;
  readonly files: InteropFiles;
  /** The HTTP server listens there on 127.0.0.1. */
  readonly port: number;
}

const link = (target: string, port: number): string => `
        - type: link
          properties:
            target: ${target}
            namespace: wasi
            package: http
            interfaces: [incoming-handler]
            source:
              config:
                - name: address
                  properties: { address: "127.0.0.1:${port}" }`;

/** Manifests as people write them, by the name that stands for the path in a command line. */
export async function writeAppFiles({
  folder,
  files,
  port,
}: AppFilesOptions): Promise<Readonly<Record<string, string>>> {
  const shop = (
    version: string,
    {
      hello = files.hello,
      instances = 3,
      requirements = '',
      trait = 'spreadscaler',
    }: {
      readonly hello?: string;
      readonly instances?: number;
      readonly requirements?: string;
      readonly trait?: string;
    } = {},
  ): string => `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: shop
  annotations:
    version: ${version}
    description: "a shop"
spec:
  components:
    - name: hello
      type: component
      properties:
        image: file://${hello}
        config:
          - name: greet
            properties: { greeting: hi }
      traits:
        - type: ${trait}
          properties:
            instances: ${instances}${requirements}
    - name: http
      type: capability
      properties:
        image: wasmcloud+builtin://http-server
      traits:
        - type: spreadscaler
          properties: { instances: 1 }${link('{ name: hello }', port)}
`;
  const small = (
    name: string,
    annotations: string,
    image = files.hello,
  ): string => `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: ${name}
  annotations: ${annotations}
spec:
  components:
    - name: only
      type: component
      properties: { image: "file://${image}" }
      traits:
        - type: spreadscaler
          properties: { instances: 1 }
`;
  const elsewhere = `
            spread:
              - { name: mars, requirements: { zone: mars } }`;
  const texts: Readonly<Record<string, string>> = {
    v1: shop('v1'),
    v2: shop('v2', { instances: 5 }),
    v3: shop('v3', { instances: 5, hello: files.helloAgain }),
    v4: shop('v4', { requirements: elsewhere }),
    misspelt: shop('v5', { trait: 'spreadscalar' }).replace('name: shop', 'name: misspelt'),
    unversioned: small('unversioned', '{ description: "no version" }'),
    latest: small('latest', '{ version: latest }'),
    oddName: small('"odd name"', '{ version: v1 }'),
    missing: small('missing', '{ version: v1 }', '/none.wasm'),
    noText: 'kind: Application\n',
    unquoted: small('unquoted', '{ version: 1.0 }'),
    dangling: shop('v6').replace('{ name: hello }', '{ name: nobody }'),
    twice: shop('v7').replace('name: http', 'name: hello'),
    noAnnotations: small('bare', '{}'),
  };
  await mkdir(folder, { recursive: true });
  const paths: Record<string, string> = {};
  for (const [name, text] of Object.entries(texts)) {
    paths[name] = join(folder, `${name}.yaml`);
    await writeFile(paths[name], text);
  }
  return paths;
}
