import type { Meter } from '@wasmlattice/telemetry';
import type { HostedProvider } from './hosted-provider.js';

/** What is measured of the providers of a host. */
export interface ProviderMetrics {
  /** The provider runs from now on. */
  begin(hosted: Pick<HostedProvider, 'crashes' | 'id'>): void;
  /** It does not any more; safe to call twice. */
  end(providerId: string): void;
  crashed(providerId: string): void;
}

export function createProviderMetrics(meter: Meter): ProviderMetrics {
  const crashes = meter.counter('wasmlattice.provider.crashes', {
    description: 'How often the process of a provider ended by itself, or could not be started again',
  });
  const observed = new Map<string, () => void>();

  return {
    begin(hosted) {
      observed.get(hosted.id)?.();
      const observation = meter.observe(
        'wasmlattice.provider.crash_loop',
        () => Number(hosted.crashes?.isLoop === true),
        {
          description: '1 while the provider crashes again and again',
          attributes: { 'provider.id': hosted.id },
        },
      );
      observed.set(hosted.id, () => observation.close());
    },
    end(providerId) {
      observed.get(providerId)?.();
      observed.delete(providerId);
    },
    crashed: (providerId) => crashes.add(1, { 'provider.id': providerId }),
  };
}
