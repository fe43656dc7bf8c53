import type { LinkKey } from '@wasmlattice/control-interface/types';
import type { ReceivedEvent } from '@wasmlattice/events';
import type { EventRow, EventTone } from '../model/messages.js';

interface Description {
  readonly text: string;
  readonly tone?: EventTone;
  readonly about?: readonly string[];
}

/** The longest text of an event that a page gets, in UTF-16 units; errors of guests can be long. */
const longestText = 1_000;

/** An event in the words of the page; `undefined` for signs of life, which tell nothing. */
export function describeEvent(event: ReceivedEvent): EventRow | undefined {
  if (event.name === 'host_heartbeat' || event.name === 'health_check_status') return undefined;
  const { text, tone = 'plain', about = [] } = describe(event);
  return {
    id: event.id,
    time: event.time,
    hostId: event.source,
    name: event.name === 'unknown' ? event.type : event.name,
    tone,
    text: text.length > longestText ? `${text.slice(0, longestText)}…` : text,
    about,
  };
}

function describe(event: ReceivedEvent): Description {
  switch (event.name) {
    case 'host_started':
      return { text: `Host ${event.data.friendlyName} started`, tone: 'good', about: [event.source] };
    case 'host_stopped':
      return { text: 'Host stopped in order', about: [event.source] };
    case 'host_heartbeat':
      return { text: 'Host is alive' };
    case 'labels_changed':
      return { text: 'Labels of the host changed', about: [event.data.hostId] };
    case 'component_scaled': {
      const { componentId, maxInstances, imageRef } = event.data;
      const about = [componentId];
      if (maxInstances === 0) return { text: `Component ${componentId} stopped (${imageRef})`, about };
      return {
        text: `Component ${componentId} runs, at most ${maxInstances} at once`,
        tone: 'good',
        about,
      };
    }
    case 'component_scale_failed': {
      const { componentId, error } = event.data;
      return { text: `Component ${componentId} failed: ${error}`, tone: 'bad', about: [componentId] };
    }
    case 'provider_started': {
      const { providerId } = event.data;
      return { text: `Provider ${providerId} started`, tone: 'good', about: [providerId] };
    }
    case 'provider_start_failed': {
      const { providerId, error } = event.data;
      return { text: `Provider ${providerId} failed to start: ${error}`, tone: 'bad', about: [providerId] };
    }
    case 'provider_stopped': {
      const { providerId, failure } = event.data;
      const why = failure === undefined ? '' : `: ${failure}`;
      return { text: `Provider ${providerId} stopped${why}`, tone: toneOf(failure), about: [providerId] };
    }
    case 'provider_state_changed': {
      const { providerId, state, reason } = event.data;
      const why = reason === '' ? '' : `: ${reason}`;
      const tone = state === 'running' ? 'good' : 'bad';
      return { text: `Provider ${providerId} is ${state}${why}`, tone, about: [providerId] };
    }
    case 'health_check_passed':
      return {
        text: `Provider ${event.data.providerId} is healthy again`,
        tone: 'good',
        about: [event.data.providerId],
      };
    case 'health_check_failed':
      return {
        text: `Provider ${event.data.providerId} fails its health check`,
        tone: 'bad',
        about: [event.data.providerId],
      };
    case 'health_check_status':
      return { text: `Provider ${event.data.providerId} answered`, about: [event.data.providerId] };
    case 'linkdef_set':
      return { text: `Link set: ${describeLink(event.data)}`, tone: 'good', about: endsOf(event.data) };
    case 'linkdef_set_failed':
      return {
        text: `Link failed: ${describeLink(event.data)}: ${event.data.error}`,
        tone: 'bad',
        about: endsOf(event.data),
      };
    case 'linkdef_deleted': {
      const { target = '', sourceId } = event.data;
      const about = target === '' ? [sourceId] : [sourceId, target];
      return { text: `Link deleted: ${describeLink({ ...event.data, target })}`, about };
    }
    case 'link_state_changed': {
      const { state, reason } = event.data;
      const how = state === 'failed' ? `does not work: ${reason}` : 'works';
      const tone = state === 'failed' ? 'bad' : 'good';
      return { text: `Link ${describeLink(event.data)} ${how}`, tone, about: endsOf(event.data) };
    }
    case 'config_set':
      return { text: `Config ${event.data.configName} stored`, about: [event.data.configName] };
    case 'config_deleted':
      return { text: `Config ${event.data.configName} deleted`, about: [event.data.configName] };
    case 'artifact_pull_progress':
      return { text: `Pulls ${event.data.imageRef}` };
    case 'audit_recorded': {
      const { operation, target, outcome, message } = event.data;
      const why = outcome === 'ok' || message === '' ? '' : `: ${message}`;
      const tone = outcome === 'refused' || outcome === 'failed' ? 'bad' : 'plain';
      return {
        text: `${operation} ${target} ${outcome}${why}`.replaceAll('  ', ' '),
        tone,
        about: [target],
      };
    }
    case 'unknown':
      return { text: event.problem?.message ?? event.type };
  }
}

function toneOf(failure: string | undefined): EventTone {
  return failure === undefined ? 'plain' : 'bad';
}

function describeLink({ sourceId, target, name, witNamespace, witPackage }: LinkKey): string {
  const which = name === 'default' ? '' : ` (${name})`;
  return `${sourceId} → ${target === '' ? 'nothing' : target}, ${witNamespace}:${witPackage}${which}`;
}

function endsOf({ sourceId, target }: LinkKey): readonly string[] {
  return [sourceId, target];
}
