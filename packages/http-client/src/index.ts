export { type AddressClass, classifyAddress } from './address-class.js';
export { AllowListError, isAllowEntry } from './allow-list.js';
export { type HandleOptions, HttpClient, type HttpClientOptions } from './http-client.js';
export type { NamedList } from './policy.js';
export { ProxyError, type ProxySettings, proxiesFrom } from './proxies.js';
export { Trust, type TrustSettings } from './trust.js';
