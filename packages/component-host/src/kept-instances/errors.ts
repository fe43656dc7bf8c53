/** A call named a resource that is not there, or more than one instance can be asked about. */
export class HandleError extends Error {
  override readonly name = 'HandleError';
}

/** The instance that a call waited for is gone: nothing of the call ran. */
export class InstanceGoneError extends HandleError {
  constructor() {
    super('the instance that kept this resource is gone');
  }
}

/** Nobody holds a resource of the instance any more, nor waits for what it does. */
export class ForsakenInstanceError extends Error {
  override readonly name = 'ForsakenInstanceError';

  constructor() {
    super('whoever called this instance has left, and nobody else holds a resource of it');
  }
}

/** The component keeps as many resources for others as it may. */
export class TooManyHandlesError extends Error {
  override readonly name = 'TooManyHandlesError';

  constructor(componentId: string, limit: number) {
    super(
      `component '${componentId}' keeps ${limit} resources for its callers, which is the most; drop some, or wait until they expire`,
    );
  }
}

/** Nobody used the resources of an instance for too long. */
export class IdleResourcesError extends Error {
  override readonly name = 'IdleResourcesError';

  constructor(idleMs: number) {
    super(`nobody used the resources of this instance for ${idleMs} ms`);
  }
}
