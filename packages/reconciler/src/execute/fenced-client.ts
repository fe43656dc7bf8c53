import type { CommandClient } from '@wasmlattice/applications';
import type { Tenure } from '../lease/tenure.js';

/** The same client, each command of which looks at the tenure right before it is sent. */
export function fencedClient(client: CommandClient, tenure: Pick<Tenure, 'assertCurrent'>): CommandClient {
  const fenced =
    <Parameters extends readonly unknown[]>(command: (...parameters: Parameters) => Promise<string>) =>
    async (...parameters: Parameters): Promise<string> => {
      tenure.assertCurrent();
      return await command(...parameters);
    };
  return {
    putConfig: fenced((...parameters) => client.putConfig(...parameters)),
    deleteConfig: fenced((...parameters) => client.deleteConfig(...parameters)),
    startProvider: fenced((...parameters) => client.startProvider(...parameters)),
    stopProvider: fenced((...parameters) => client.stopProvider(...parameters)),
    scaleComponent: fenced((...parameters) => client.scaleComponent(...parameters)),
    updateComponent: fenced((...parameters) => client.updateComponent(...parameters)),
    canaryComponent: fenced((...parameters) => client.canaryComponent(...parameters)),
    putLink: fenced((...parameters) => client.putLink(...parameters)),
    deleteLink: fenced((...parameters) => client.deleteLink(...parameters)),
  };
}
