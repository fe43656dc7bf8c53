import { inboxPrefixOf, type Role } from './role.js';

/** Subjects that may be used and, of those, the ones that may not. Nothing else may be. */
export interface SubjectRules {
  readonly allow: readonly string[];
  readonly deny?: readonly string[];
}

/** What one user of a NATS server may do. */
export interface Permissions {
  readonly publish: SubjectRules;
  readonly subscribe: SubjectRules;
  /** Present if the user may answer, once, what it is asked, wherever the answer is wanted. */
  readonly answersWithinMs?: number;
}

export interface PermissionOptions {
  readonly lattice: string;
  /**
   * The one component or provider that the user is: it can't take calls for others then, nor read what they are answered. Only for
   * `provider` and `component`.
   */
  readonly id?: string;
  /** JetStream domain of the lattice data, where it has one. */
  readonly jsDomain?: string;
  /** First part of control subjects, as `--ctl-topic-prefix` has it. */
  readonly controlPrefix?: string;
  /** Subjects of applications that a provider of messaging publishes and subscribes: `orders.>`. */
  readonly applicationSubjects?: readonly string[];
}

/** A name or id that can't be one token of a subject, or would be more than itself there. */
export class SubjectNameError extends Error {
  override readonly name = 'SubjectNameError';
}

/** The inboxes of programs that can't be told a prefix: wash, wadm, providers that are not ours. */
const commonInbox = '_INBOX.>';

/** What clients do with a key-value bucket: look it up, read. */
function readsOf(api: string, bucket: string): string[] {
  const stream = `KV_${bucket}`;
  return [
    `${api}.STREAM.INFO.${stream}`,
    `${api}.DIRECT.GET.${stream}.>`,
    `${api}.DIRECT.GET.${stream}`,
    `${api}.STREAM.MSG.GET.${stream}`,
  ];
}

/** Follow it. */
function watchesOf(api: string, bucket: string): string[] {
  const stream = `KV_${bucket}`;
  return [
    `${api}.CONSUMER.CREATE.${stream}`,
    `${api}.CONSUMER.CREATE.${stream}.>`,
    `${api}.CONSUMER.INFO.${stream}.>`,
    `${api}.CONSUMER.DELETE.${stream}.>`,
    `$JS.FC.${stream}.>`,
  ];
}

/** Make it, and write into it. */
function writesOf(api: string, bucket: string): string[] {
  return [`${api}.STREAM.CREATE.KV_${bucket}`, `$KV.${bucket}.>`];
}

/** What hosts do with those of their lattice. */
function hostUseOf(api: string, bucket: string): string[] {
  return [...readsOf(api, bucket), ...watchesOf(api, bucket), ...writesOf(api, bucket)];
}

/** Where applications are stored, those of all lattices of the account: by wadm, by our hosts and, where none serves them, by operators. */
const applicationBucket = 'wadm_manifests';

/** What wadm 0.21 keeps in JetStream. */
const schedulerStreams: readonly string[] = [
  'wasmbus_events',
  'wadm_events',
  'wadm_event_consumer',
  'wadm_commands',
  'wadm_status',
  'wadm_notify',
  'wadm_mirror',
  'wadm_multitenant_mirror',
  'KV_wadm_state',
  `KV_${applicationBucket}`,
];

/** What the owner of a stream does with it. */
function allUseOf(api: string, stream: string): string[] {
  return [
    ...['INFO', 'CREATE', 'UPDATE', 'DELETE', 'MSG.GET'].map(
      (operation) => `${api}.STREAM.${operation}.${stream}`,
    ),
    `${api}.DIRECT.GET.${stream}`,
    `${api}.DIRECT.GET.${stream}.>`,
    ...['CREATE', 'LIST', 'NAMES'].map((operation) => `${api}.CONSUMER.${operation}.${stream}`),
    ...['CREATE', 'DURABLE.CREATE', 'INFO', 'DELETE', 'MSG.NEXT'].map(
      (operation) => `${api}.CONSUMER.${operation}.${stream}.>`,
    ),
    `$JS.ACK.${stream}.>`,
    `$JS.FC.${stream}.>`,
  ];
}

/** What a host does. */
const ofHost = ({ api, control, diagnostics, lattice, inbox }: LatticeSubjects): Permissions => ({
  publish: {
    allow: [
      `wasmbus.evt.${lattice}.*`,
      `wasmlattice.alive.${lattice}.*`,
      `wasmbus.cfg.${lattice}.req`,
      `${diagnostics}.logs.*`,
      'wasmcloud.policy',
      ...['server_xkey', 'get'].map((operation) => `wasmcloud.secrets.v1alpha1.*.${operation}`),
      `${api}.INFO`,
      ...hostUseOf(api, `LATTICEDATA_${lattice}`),
      ...hostUseOf(api, `CONFIGDATA_${lattice}`),
    ],
  },
  subscribe: {
    allow: [
      `${control}.>`,
      `${diagnostics}.req.>`,
      ...['provider_state_changed', 'provider_stopped'].map((name) => `wasmbus.evt.${lattice}.${name}`),
      'wasmcloud.policy.changes',
      'wasmcloud.secrets.v1alpha1.*.changed',
      inbox,
    ],
  },
  answersWithinMs: 120_000,
});

/** What each role has to be able to do, and no more. */
const permissionsByRole: Readonly<Record<Role, (subjects: LatticeSubjects) => Permissions>> = {
  host: ofHost,
  'reconciling-host'(subjects) {
    const { api, control, diagnostics, lattice } = subjects;
    const { publish, subscribe, ...host } = ofHost(subjects);
    return {
      ...host,
      publish: {
        allow: [
          ...publish.allow,
          `${control}.>`,
          `${diagnostics}.req.figures.*`,
          `wadm.api.${lattice}.model.list`,
          `wadm.evt.${lattice}.*`,
          `wadm.status.${lattice}.*`,
          ...hostUseOf(api, `RECONCILER_${lattice}`),
          ...hostUseOf(api, applicationBucket),
          `${api}.STREAM.INFO.wadm_status`,
          `${api}.STREAM.MSG.GET.wadm_status`,
          `${api}.CONSUMER.INFO.wadm_event_consumer.wadm_event_consumer-${lattice}`,
        ],
      },
      subscribe: {
        allow: [
          ...subscribe.allow,
          `wasmbus.evt.${lattice}.*`,
          `wasmlattice.alive.${lattice}.*`,
          `wadm.api.${lattice}.>`,
        ],
      },
    };
  },
  operator: ({ api, control, diagnostics, lattice, inbox }) => ({
    publish: {
      allow: [
        `${control}.>`,
        `wadm.api.${lattice}.>`,
        `${diagnostics}.req.>`,
        `${api}.INFO`,
        ...readsOf(api, applicationBucket),
        ...writesOf(api, applicationBucket),
      ],
    },
    subscribe: { allow: [`wasmbus.evt.${lattice}.*`, `${diagnostics}.logs.*`, inbox, commonInbox] },
  }),
  scheduler: ({ api, control, inbox }) => ({
    publish: {
      allow: [
        `${control}.>`,
        'wadm.>',
        '$KV.wadm_state.>',
        `$KV.${applicationBucket}.>`,
        `${api}.INFO`,
        ...schedulerStreams.flatMap((stream) => allUseOf(api, stream)),
      ],
    },
    // wadm of one server serves all lattices of the account: it asks for the events of all.
    subscribe: { allow: ['wasmbus.evt.*.>', 'wadm.api.>', inbox, commonInbox] },
    answersWithinMs: 120_000,
  }),
  viewer: ({ control, diagnostics, lattice, inbox }) => ({
    publish: {
      allow: [
        `${control}.host.ping`,
        `${control}.host.get.*`,
        `${control}.link.get`,
        `${control}.claims.get`,
        // Not captures: these have what the callers of components send.
        `${diagnostics}.req.figures.*`,
        `${diagnostics}.req.traces.*`,
        `${diagnostics}.req.logs`,
        // Not the manifests: these have the values of configs.
        ...['list', 'get', 'versions.*', 'history.*', 'status.*'].map(
          (operation) => `wadm.api.${lattice}.model.${operation}`,
        ),
      ],
    },
    subscribe: { allow: [`wasmbus.evt.${lattice}.*`, `${diagnostics}.logs.*`, inbox] },
  }),
  'host-calls': ({ calls, lattice, inbox }) => ({
    publish: { allow: [...calls, `wasmbus.rpc.${lattice}.>`, ...inboxesOfCalls] },
    subscribe: { allow: [...calls, `wasmbus.rpc.${lattice}.>`, inbox] },
  }),
  provider: ({ applicationSubjects, calls, lattice, served, inbox, id }) => ({
    publish: {
      allow: [
        ...calls,
        ...inboxesOfCalls,
        '$KV.>',
        '$JS.API.>',
        '$JS.ACK.>',
        '$JS.FC.>',
        ...applicationSubjects,
      ],
      deny: [
        '$JS.API.STREAM.DELETE.>',
        '$JS.API.STREAM.PURGE.>',
        '$JS.API.STREAM.SNAPSHOT.>',
        '$JS.API.ACCOUNT.>',
      ],
    },
    subscribe: {
      allow: [
        ...served,
        // These arrive on a key of the process, which nobody knows before.
        `wasmbus.rpc.${lattice}.*.linkdefs.put`,
        `wasmbus.rpc.${lattice}.*.secrets.update`,
        ...['linkdefs.del', 'health', 'default.shutdown', 'config.update'].map(
          (tail) => `wasmbus.rpc.${lattice}.${id ?? '*'}.${tail}`,
        ),
        ...applicationSubjects,
        inbox,
        commonInbox,
      ],
    },
  }),
  component: ({ calls, served, inbox }) => ({
    publish: { allow: [...calls, ...inboxesOfCalls] },
    subscribe: { allow: [...served, inbox] },
  }),
};

/** Values of calls go to inboxes, both ways. */
const inboxesOfCalls: readonly string[] = [
  commonInbox,
  ...(['host-calls', 'provider', 'component'] as const).map((role) => `${inboxPrefixOf(role)}.>`),
];

interface LatticeSubjects {
  readonly lattice: string;
  readonly id: string | undefined;
  /** First tokens of the API of JetStream. */
  readonly api: string;
  /** Control interface, without the last dot. */
  readonly control: string;
  /** What hosts tell of themselves, without the last dot. */
  readonly diagnostics: string;
  /** Calls to anything. */
  readonly calls: readonly string[];
  /** Calls to what the user is. */
  readonly served: readonly string[];
  readonly inbox: string;
  readonly applicationSubjects: readonly string[];
}

/**
 * What a role may do in a lattice.
 *
 * @throws {@link SubjectNameError}
 */
export function permissionsOf(role: Role, options: PermissionOptions): Permissions {
  const { applicationSubjects = [], controlPrefix = 'wasmbus.ctl', id } = options;
  const lattice = token('lattice', options.lattice, /^[A-Za-z0-9_-]+$/);
  if (id !== undefined) token('id', id, /^[^\s.*>\p{Cc}]+$/u);
  return permissionsByRole[role]({
    lattice,
    id,
    api:
      options.jsDomain === undefined ? '$JS.API' : `$JS.${token('domain', options.jsDomain, /^[\w-]+$/)}.API`,
    control: `${controlPrefix}.v1.${lattice}`,
    diagnostics: `wasmlattice.diag.v1.${lattice}`,
    calls: callsOf(lattice, '*'),
    served: callsOf(lattice, id ?? '*'),
    inbox: `${inboxPrefixOf(role, id)}.>`,
    applicationSubjects,
  });
}

/** To a component or provider, and to one of the places where it runs, for resources that it keeps there. */
function callsOf(lattice: string, id: string): readonly string[] {
  return [`${lattice}.${id}.wrpc.>`, `${lattice}.${id}.*.wrpc.>`];
}

function token(what: string, text: string, form: RegExp): string {
  if (form.test(text)) return text;
  throw new SubjectNameError(
    `the ${what} ${JSON.stringify(text)} can't be part of a permission: use letters, digits, - and _`,
  );
}
