import type { InteropFiles } from './interop.js';

export interface ShopManifestOptions {
  readonly version: string;
  /** Reference of the component that answers at `/`. */
  readonly image: string;
  readonly instances: number;
  readonly port: number;
  readonly files: InteropFiles;
  readonly natsUrl: string;
}

/** An application that runs on hosts of both kinds: a component on all of them, a counter, and providers that are archives. */
export function shopManifest(options: ShopManifestOptions): string {
  const { version, image, instances, port, files, natsUrl } = options;
  const route = (name: string, path: string): string => `
        - type: link
          properties:
            name: ${name}
            target: { name: ${name} }
            namespace: wasi
            package: http
            interfaces: [incoming-handler]
            source:
              config:
                - name: ${name}-path
                  properties: { path: "${path}" }`;
  return `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: shop
  annotations:
    version: ${version}
    description: kept by hosts of ours
spec:
  components:
    - name: hello
      type: component
      properties: { image: "${image}" }
      traits:
        - type: spreadscaler
          properties: { instances: ${instances} }
    - name: counter
      type: component
      properties: { image: "file://${files.counter}" }
      traits:
        - type: daemonscaler
          properties: { instances: 1 }
        - type: link
          properties:
            target:
              name: keyvalue
              config:
                - name: bucket
                  properties:
                    cluster_uri: ${natsUrl}
                    bucket: keeping
                    enable_bucket_auto_create: "true"
            namespace: wasi
            package: keyvalue
            interfaces: [store, atomics]
    - name: keyvalue
      type: capability
      properties: { image: "file://${files.keyvalueNats}" }
      traits:
        - type: spreadscaler
          properties: { instances: 1, spread: [{ name: node, requirements: { zone: node } }] }
    - name: http
      type: capability
      properties:
        image: "file://${files.httpServer}"
        config:
          - name: server
            properties: { routing_mode: path, default_address: "127.0.0.1:${port}" }
      traits:
        - type: spreadscaler
          properties: { instances: 1, spread: [{ name: node, requirements: { zone: node } }] }${route('hello', '/')}${route('counter', '/counter')}
`;
}
