import type { InteropFiles } from './interop.js';

export interface ManifestOptions {
  readonly version: string;
  readonly hello: { readonly image: string; readonly instances: number };
  readonly files: InteropFiles;
  readonly images: { readonly http: string; readonly keyvalue: string };
  readonly natsUrl: string;
  readonly ports: { readonly hello: number; readonly counter: number };
}

/** One application of wadm: a component spread over two zones, one on every host, two providers, and links with configs. */
export function manifest({ version, hello, files, images, natsUrl, ports }: ManifestOptions): string {
  const http = (name: string, target: string, port: number): string => `
        - type: link
          properties:
            name: ${name}
            target: { name: ${target} }
            namespace: wasi
            package: http
            interfaces: [incoming-handler]
            source:
              config:
                - name: ${name}-address
                  properties: { address: "127.0.0.1:${port}" }`;
  return `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: interop
  annotations:
    version: ${version}
    description: interop run
spec:
  components:
    - name: hello
      type: component
      properties:
        image: file://${hello.image}
        config:
          - name: greet-config
            properties: { greeting: hi }
      traits:
        - type: spreadscaler
          properties:
            instances: ${hello.instances}
            spread:
              - { name: a, requirements: { zone: a } }
              - { name: b, requirements: { zone: b } }
    - name: counter
      type: component
      properties:
        image: file://${files.counter}
      traits:
        - type: daemonscaler
          properties: { instances: 2 }
        - type: link
          properties:
            target:
              name: keyvalue
              config:
                - name: bucket
                  properties:
                    cluster_uri: ${natsUrl}
                    bucket: interop-wadm
                    enable_bucket_auto_create: "true"
            namespace: wasi
            package: keyvalue
            interfaces: [store, atomics]
    - name: keyvalue
      type: capability
      properties:
        image: ${images.keyvalue}
    - name: http
      type: capability
      properties:
        image: ${images.http}
      traits:
        - type: spreadscaler
          properties:
            instances: 1
            spread: [{ name: a, requirements: { zone: a } }]${http('first', 'hello', ports.hello)}${http('second', 'counter', ports.counter)}
`;
}
