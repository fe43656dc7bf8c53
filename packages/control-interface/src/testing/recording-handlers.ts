import { type ControlHandlers, ok } from '../handlers.js';

/** Which operation was carried out, with what it got. */
export interface RecordedCall {
  readonly operation: keyof ControlHandlers;
  readonly input: unknown;
}

/** Handlers that succeed with the name of their operation and tell `record` what they got. */
export function recordingHandlers(
  record: (call: RecordedCall) => void,
  overrides: Partial<ControlHandlers> = {},
): ControlHandlers {
  const succeed = (operation: keyof ControlHandlers) => (input: unknown) => {
    record({ operation, input });
    return ok(operation);
  };
  const inventory = {
    components: [],
    providers: [],
    hostId: 'NHOST',
    friendlyName: 'calm-river-0042',
    labels: {},
    version: '1.9.2',
    uptimeHuman: '1s',
    uptimeSeconds: 1,
  };
  return {
    pingHost: ({ hostId, lattice }) =>
      ok('', { id: hostId, friendlyName: 'calm-river-0042', labels: {}, lattice, uptimeSeconds: 1 }),
    getHostInventory: ({ hostId }) => ok('', { ...inventory, hostId }),
    stopHost: succeed('stopHost'),
    putLabel: succeed('putLabel'),
    deleteLabel: succeed('deleteLabel'),
    auctionComponent: (request, { hostId }) => ok('', { ...request, hostId }),
    scaleComponent: succeed('scaleComponent'),
    updateComponent: succeed('updateComponent'),
    canaryComponent: succeed('canaryComponent'),
    auctionProvider: (request, { hostId }) => ok('', { ...request, hostId }),
    startProvider: succeed('startProvider'),
    stopProvider: succeed('stopProvider'),
    getLinks: () => ok('', []),
    putLink: succeed('putLink'),
    deleteLink: succeed('deleteLink'),
    getConfig: (name) => (name === 'known' ? ok('', { a: 'b' }) : ok('Configuration not found')),
    putConfig: succeed('putConfig'),
    deleteConfig: succeed('deleteConfig'),
    getClaims: () => ok('', []),
    putRegistries: succeed('putRegistries'),
    ...overrides,
  };
}
