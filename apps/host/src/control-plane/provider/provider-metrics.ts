import type { Meter } from '@wasmlattice/telemetry';
import type { HostedProvider } from './hosted-provider.js';
import { createProviderUsage } from './provider-usage.js';

/** What is measured of the providers of a host. */
export interface ProviderMetrics {
  /** The provider runs from now on. */
  begin(hosted: Pick<HostedProvider, 'crashes' | 'id' | 'pid'>): void;
  /** It does not any more; safe to call twice. */
  end(providerId: string): void;
  crashed(providerId: string): void;
}

export function createProviderMetrics(meter: Meter): ProviderMetrics {
  const crashes = meter.counter('wasmlattice.provider.crashes', {
    description: 'How often the process of a provider ended by itself, or could not be started again',
  });
  const usage = createProviderUsage({ meter });
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
      const unwatch = usage.watch(hosted.id, () => hosted.pid);
      observed.set(hosted.id, () => {
        observation.close();
        unwatch();
      });
    },
    end(providerId) {
      observed.get(providerId)?.();
      observed.delete(providerId);
    },
    crashed: (providerId) => crashes.add(1, { 'provider.id': providerId }),
  };
}
