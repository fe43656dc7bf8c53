import {
  ApplicationApiError,
  type ApplicationApiErrorCode,
  ApplicationStoreError,
  type ApplicationStoreErrorCode,
  adviceOnMissing,
  DeployError,
  ManifestError,
} from '@wasmlattice/applications';
import { ArchiveError, ArtifactCacheError, isRegistryError, OciReferenceError } from '@wasmlattice/artifacts';
import type { ControlErrorCode } from '@wasmlattice/control-interface';
import { ControlError, InvalidNameError } from '@wasmlattice/control-interface';
import { DiagnosticsPermissionError } from '@wasmlattice/diagnostics';
import { EventSubscribeError, EventSubscriptionClosedError, EventTimeoutError } from '@wasmlattice/events';
import { ClaimsError } from '@wasmlattice/identity';
import { GetSecretError, SecretStoreError, SecretsClientError } from '@wasmlattice/secrets';
import { CommanderError } from 'commander';
import { CliError } from './cli-error.js';
import { exitCodes } from './exit-codes.js';

/** What the user sees of a failure. */
export interface Failure {
  /** Empty when all has been written already. */
  readonly message: string;
  /** What to check; absent when the message says it. */
  readonly check: string | undefined;
  readonly exitCode: number;
}

/** The failure of an error, or `undefined` for one that nobody foresaw: a mistake of this program. */
export function describeFailure(error: unknown): Failure | undefined {
  if (error instanceof CliError) {
    return { message: error.message, check: error.check, exitCode: error.exitCode };
  }
  if (error instanceof DeployError) {
    return { message: error.message, check: error.check, exitCode: exitCodes.failure };
  }
  if (error instanceof ManifestError) {
    return {
      message: error.message,
      check: 'correct the manifest: nothing was deployed',
      exitCode: exitCodes.usage,
    };
  }
  if (error instanceof ApplicationApiError) {
    return { message: error.message, check: apiChecks[error.code], exitCode: exitCodes.failure };
  }
  if (error instanceof ApplicationStoreError) {
    return { message: error.message, check: storeChecks[error.code], exitCode: exitCodes.failure };
  }
  if (error instanceof ControlError) {
    const check = adviceOnMissing(error.message) ?? checks[error.code];
    return { message: error.message, check, exitCode: controlExitCode(error.code) };
  }
  if (error instanceof InvalidNameError) {
    return { message: error.message, check: undefined, exitCode: exitCodes.usage };
  }
  if (error instanceof ClaimsError || error instanceof ArchiveError) {
    return { message: error.message, check: undefined, exitCode: exitCodes.failure };
  }
  if (isRegistryError(error) || error instanceof ArtifactCacheError) {
    return { message: error.message, check: undefined, exitCode: exitCodes.failure };
  }
  if (error instanceof OciReferenceError) {
    return { message: error.message, check: undefined, exitCode: exitCodes.usage };
  }
  if (error instanceof SecretsClientError) {
    return {
      message: error.message,
      check: 'check --name and --secrets-topic, and the permissions of the NATS user',
      exitCode: error.code === 'bad-name' ? exitCodes.usage : exitCodes.failure,
    };
  }
  if (error instanceof SecretStoreError || error instanceof GetSecretError) {
    return { message: error.message, check: 'look at the log of the backend', exitCode: exitCodes.failure };
  }
  if (error instanceof EventTimeoutError) {
    return {
      message: error.message,
      check: 'look at the log of the hosts; wait longer with --timeout-ms',
      exitCode: exitCodes.failure,
    };
  }
  if (error instanceof DiagnosticsPermissionError) {
    return { message: error.message, check: checks['not-sent'], exitCode: exitCodes.failure };
  }
  if (error instanceof EventSubscribeError || error instanceof EventSubscriptionClosedError) {
    return {
      message: error.message,
      check: 'check the NATS server and the permissions of its user',
      exitCode: exitCodes.failure,
    };
  }
  if (error instanceof CommanderError) {
    // Help and version are written already, as is the help of a command that needs another word.
    if (error.exitCode === 0) return { message: '', check: undefined, exitCode: exitCodes.success };
    if (error.code === 'commander.help') return { message: '', check: undefined, exitCode: exitCodes.usage };
    return {
      message: error.message.replace(/^error: /, '').replaceAll('\n', ' '),
      check: 'run with --help for commands and flags',
      exitCode: exitCodes.usage,
    };
  }
  return undefined;
}

const apiChecks: Readonly<Record<ApplicationApiErrorCode, string | undefined>> = {
  'no-responders': 'start a host with `wasmlattice up`; choose the lattice with --lattice',
  timeout: 'look at the log of the host, or of wadm; wait longer with --timeout-ms',
  'not-found': 'list the applications with `wasmlattice app list`',
  refused: undefined,
  'not-sent': 'check the permissions of the NATS user',
  'bad-reply': 'compare the versions of host, wadm and command line',
};

const storeChecks: Readonly<Record<ApplicationStoreErrorCode, string | undefined>> = {
  unavailable: 'check the NATS server, the permissions of its user, and --js-domain',
  'version-exists':
    'give the manifest another `metadata.annotations.version`, or delete the one that was put',
  'bad-name': undefined,
  taken: undefined,
  unreadable: 'look at it with `nats kv get wadm_manifests`, and delete it if it is of no use',
  conflict: 'try again',
  'too-large': 'raise `max_payload` of the NATS server',
};

const checks: Readonly<Record<ControlErrorCode, string>> = {
  'no-responders': 'list the hosts with `wasmlattice get hosts`; choose the lattice with --lattice',
  timeout: 'look at the log of the host; wait longer with --timeout-ms',
  refused: 'look at the log of the host for the cause',
  'bad-reply': 'compare the versions of host and command line: `wasmlattice get hosts`',
  closed: 'check whether the NATS server still runs',
  'not-sent': 'check the permissions of the NATS user',
};

function controlExitCode(code: ControlErrorCode): number {
  return code === 'no-responders' ? exitCodes.unreachable : exitCodes.failure;
}
