import { LimitExceededError } from './limit-exceeded-error.js';
import { defaultLimits, type LimitName, type Limits } from './limit-table.js';

/** The limits of one component, for what enforces them while its guests run. */
export class GuestLimits {
  readonly component: string;
  readonly values: Limits;

  /** @param values those that are not the default */
  constructor(component: string, values: Partial<Limits> = {}) {
    this.component = component;
    this.values = { ...defaultLimits, ...values };
  }

  /** @param what the guest did: `asks for 100000 random bytes at once` */
  exceeded(limit: LimitName, what: string, options?: ErrorOptions): LimitExceededError {
    const { component, values } = this;
    return new LimitExceededError({ component, limit, allowed: values[limit], what }, options);
  }
}

/** Of a guest of which nothing is known. */
export const defaultGuestLimits: GuestLimits = new GuestLimits('guest');
