import type { HostInventory, Link } from '@wasmlattice/control-interface/types';
import { describe, expect, it } from 'vitest';
import { decodeEventData, encodeEventData, isEventName, type LatticeEvent } from './lattice-event.js';
import { artifactPullProgress } from './payloads/artifact.js';
import { auditRecorded } from './payloads/audit.js';
import { componentScaled, componentScaleFailed } from './payloads/component.js';
import { configDeleted, configSet } from './payloads/config.js';
import { healthCheckFailed, healthCheckPassed, healthCheckStatus } from './payloads/health-check.js';
import { hostHeartbeat, hostStarted, hostStopped, labelsChanged } from './payloads/host.js';
import { linkdefDeleted, linkdefSet, linkdefSetFailed, linkStateChanged } from './payloads/link.js';
import {
  providerStarted,
  providerStartFailed,
  providerStateChanged,
  providerStopped,
} from './payloads/provider.js';

const inventory: HostInventory = {
  components: [{ id: 'hello', imageRef: 'file:///a.wasm', annotations: {}, revision: 0, maxInstances: 1 }],
  providers: [],
  hostId: 'N1',
  friendlyName: 'calm-river-0042',
  labels: { zone: 'a' },
  version: '1.9.2',
  uptimeHuman: '30s',
  uptimeSeconds: 30,
};
const link: Link = {
  sourceId: 'hello',
  target: 'kv',
  name: 'default',
  witNamespace: 'wasi',
  witPackage: 'keyvalue',
  interfaces: ['store'],
  sourceConfig: [],
  targetConfig: ['c'],
};
const linkJson = {
  source_id: 'hello',
  target: 'kv',
  name: 'default',
  wit_namespace: 'wasi',
  wit_package: 'keyvalue',
  interfaces: ['store'],
  source_config: [],
  target_config: ['c'],
};
const deletion = { sourceId: 'hello', name: 'default', witNamespace: 'wasi', witPackage: 'keyvalue' };
const deletionJson = { source_id: 'hello', name: 'default', wit_namespace: 'wasi', wit_package: 'keyvalue' };
const scaled = {
  componentId: 'hello',
  hostId: '',
  imageRef: 'file:///a.wasm',
  maxInstances: 2,
  annotations: {},
};
const scaledJson = {
  component_id: 'hello',
  host_id: '',
  image_ref: 'file:///a.wasm',
  max_instances: 2,
  annotations: {},
};
const provider = { hostId: 'N1', providerId: 'kv', annotations: { a: 'b' } };
const providerJson = { host_id: 'N1', provider_id: 'kv', annotations: { a: 'b' } };
const legacy = { instance_id: 'kv', public_key: 'kv', link_name: 'default' };
const audit = {
  hostId: 'N1',
  category: 'control',
  operation: 'component.scale',
  target: 'hello',
  outcome: 'refused',
  message: 'no',
  time: '2026-01-02T03:04:05.006Z',
  durationMs: 1.5,
} as const;
const auditJson = {
  host_id: 'N1',
  category: 'control',
  operation: 'component.scale',
  target: 'hello',
  outcome: 'refused',
  message: 'no',
  time: '2026-01-02T03:04:05.006Z',
  duration_ms: 1.5,
};
const health = { hostId: 'N1', providerId: 'kv' };
const healthJson = { host_id: 'N1', provider_id: 'kv' };

/** Every event with what the wire must have, exactly; both directions. */
const cases: readonly [string, LatticeEvent, unknown][] = [
  [
    'host_started',
    hostStarted({ friendlyName: 'calm-river-0042', labels: { zone: 'a' }, version: '1.9.2' }),
    { friendly_name: 'calm-river-0042', labels: { zone: 'a' }, uptime_seconds: 0, version: '1.9.2' },
  ],
  [
    'host_heartbeat, limits null when unset',
    hostHeartbeat(inventory),
    {
      components: [
        {
          id: 'hello',
          image_ref: 'file:///a.wasm',
          annotations: {},
          revision: 0,
          max_instances: 1,
          limits: null,
        },
      ],
      providers: [],
      host_id: 'N1',
      friendly_name: 'calm-river-0042',
      labels: { zone: 'a' },
      version: '1.9.2',
      uptime_human: '30s',
      uptime_seconds: 30,
    },
  ],
  ['host_stopped', hostStopped({ labels: { zone: 'a' } }), { labels: { zone: 'a' } }],
  ['labels_changed', labelsChanged({ hostId: 'N1', labels: {} }), { host_id: 'N1', labels: {} }],
  ['component_scaled', componentScaled(scaled), scaledJson],
  [
    'component_scaled with claims',
    componentScaled({
      ...scaled,
      claims: {
        subject: 'MKEY',
        issuer: 'AKEY',
        expires: 1750000000,
        name: 'Hello',
        version: '0.1.0',
        revision: 3,
        tags: ['x'],
        callAlias: 'h',
      },
    }),
    {
      ...scaledJson,
      public_key: 'MKEY',
      claims: {
        call_alias: 'h',
        issuer: 'AKEY',
        tags: ['x'],
        name: 'Hello',
        version: '0.1.0',
        revision: 3,
        not_before_human: 'never',
        expires_human: '1750000000',
      },
    },
  ],
  [
    'component_scaled with the claims of a bare name',
    componentScaled({ ...scaled, claims: { subject: 'MKEY', issuer: 'AKEY', notBefore: 5, name: 'Hello' } }),
    {
      ...scaledJson,
      public_key: 'MKEY',
      claims: {
        call_alias: null,
        issuer: 'AKEY',
        tags: null,
        name: 'Hello',
        version: null,
        revision: null,
        not_before_human: '5',
        expires_human: 'never',
      },
    },
  ],
  [
    'component_scale_failed',
    componentScaleFailed({ ...scaled, error: 'failed to fetch component: no such file' }),
    { ...scaledJson, error: 'failed to fetch component: no such file' },
  ],
  [
    'component_scale_failed with a key',
    componentScaleFailed({ ...scaled, error: 'x', publicKey: 'MKEY' }),
    { ...scaledJson, error: 'x', public_key: 'MKEY' },
  ],
  [
    'provider_started without the legacy members',
    providerStarted({ ...provider, imageRef: '/opt/kv' }),
    { ...providerJson, image_ref: '/opt/kv' },
  ],
  [
    'provider_started with claims and the legacy members',
    providerStarted({
      ...provider,
      imageRef: 'kv',
      claims: { issuer: 'AKEY', name: 'KV', version: '1.0.0' },
    }),
    {
      ...providerJson,
      image_ref: 'kv',
      ...legacy,
      claims: {
        issuer: 'AKEY',
        tags: null,
        name: 'KV',
        version: '1.0.0',
        not_before_human: 'never',
        expires_human: 'never',
      },
    },
  ],
  [
    'provider_start_failed',
    providerStartFailed({ providerId: 'kv', providerRef: 'file:///kv', hostId: 'N1', error: 'no such file' }),
    {
      provider_id: 'kv',
      provider_ref: 'file:///kv',
      host_id: 'N1',
      link_name: 'default',
      error: 'no such file',
    },
  ],
  [
    'provider_stopped',
    providerStopped({ ...provider, reason: 'stop' }),
    { ...providerJson, ...legacy, reason: 'stop' },
  ],
  [
    'provider_stopped out of order',
    providerStopped({ ...provider, reason: 'stop', failure: 'it was killed' }),
    { ...providerJson, ...legacy, reason: 'stop', failure: 'it was killed' },
  ],
  ['health_check_passed', healthCheckPassed(health), healthJson],
  ['health_check_failed', healthCheckFailed(health), healthJson],
  ['health_check_status', healthCheckStatus(health), healthJson],
  ['linkdef_set', linkdefSet(link), linkJson],
  ['linkdef_set_failed', linkdefSetFailed(link, 'no config'), { ...linkJson, error: 'no config' }],
  [
    'linkdef_deleted',
    linkdefDeleted(deletion, link),
    { ...deletionJson, target: 'kv', interfaces: ['store'] },
  ],
  ['linkdef_deleted without a link', linkdefDeleted(deletion, undefined), deletionJson],
  [
    'link_state_changed',
    linkStateChanged({
      ...deletion,
      target: 'kv',
      hostId: 'N1',
      providerId: 'kv',
      state: 'failed',
      reason: 'no',
    }),
    { host_id: 'N1', provider_id: 'kv', ...deletionJson, target: 'kv', state: 'failed', reason: 'no' },
  ],
  [
    'provider_state_changed',
    providerStateChanged({
      hostId: 'N1',
      providerId: 'kv',
      state: 'crash-loop',
      reason: 'exited with code 1',
      crashes: 3,
      restartInMs: 800,
      lastLines: ['no license'],
    }),
    {
      host_id: 'N1',
      provider_id: 'kv',
      state: 'crash-loop',
      reason: 'exited with code 1',
      crashes: 3,
      restart_in_ms: 800,
      last_lines: ['no license'],
    },
  ],
  ['config_set', configSet({ configName: 'c' }), { config_name: 'c' }],
  ['config_deleted', configDeleted({ configName: 'c' }), { config_name: 'c' }],
  [
    'audit_recorded without a requester',
    auditRecorded({ ...audit, category: 'policy', operation: 'startComponent' }),
    { ...auditJson, category: 'policy', operation: 'startComponent' },
  ],
  [
    'audit_recorded',
    auditRecorded({ ...audit, requester: '_INBOX_operator.a' }),
    { ...auditJson, requester: '_INBOX_operator.a' },
  ],
  [
    'artifact_pull_progress',
    artifactPullProgress({ hostId: 'N1', imageRef: 'ghcr.io/a:1', receivedBytes: 10, totalBytes: 100 }),
    { host_id: 'N1', image_ref: 'ghcr.io/a:1', received_bytes: 10, total_bytes: 100 },
  ],
];

describe('event data', () => {
  it.each(cases)('of %s are exactly those of the spec, both ways', (_title, event, wire) => {
    expect(JSON.parse(JSON.stringify(encodeEventData(event)))).toStrictEqual(wire);
    expect(decodeEventData(event.name, wire)).toEqual(event);
  });

  it('leave out claims that wadm would reject the event for', () => {
    const component = encodeEventData(
      componentScaled({ ...scaled, claims: { subject: 'MKEY', issuer: 'AKEY' } }),
    );
    expect(JSON.parse(JSON.stringify(component))).toStrictEqual({ ...scaledJson, public_key: 'MKEY' });
    const started = encodeEventData(
      providerStarted({ ...provider, imageRef: 'kv', claims: { issuer: 'AKEY', name: 'KV' } }),
    );
    expect(JSON.parse(JSON.stringify(started))).toStrictEqual({
      ...providerJson,
      image_ref: 'kv',
      ...legacy,
    });
  });

  it('give stop as the reason of provider_stopped unless another is given', () => {
    expect(encodeEventData(providerStopped(provider))).toMatchObject({ reason: 'stop' });
  });

  it('name the event and the field when they cannot be read', () => {
    expect(() => decodeEventData('component_scaled', {})).toThrow(
      'component_scaled: field "component_id" is missing, expected a string',
    );
  });

  it('exist for known names only', () => {
    expect(isEventName('config_set')).toBe(true);
    expect(isEventName('toString')).toBe(false);
    expect(isEventName('component_started')).toBe(false);
  });
});
