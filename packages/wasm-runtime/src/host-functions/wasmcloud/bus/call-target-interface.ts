/** Resource `wasmcloud:bus/lattice.call-target-interface`: which interface a link name is chosen for. */
export class CallTargetInterface {
  /** Interface without version, as links name it: `wasi:keyvalue/store`. */
  readonly linkKey: string;

  constructor(namespace: string, packageName: string, interfaceName: string) {
    this.linkKey = `${namespace}:${packageName}/${interfaceName}`;
  }
}
