import { encodeClaims } from './codec/claims.js';
import {
  decodeCanaryComponentCommand,
  decodeComponentAuctionRequest,
  decodeScaleComponentCommand,
  decodeUpdateComponentCommand,
  encodeComponentAuctionAck,
} from './codec/component.js';
import { decodeConfig } from './codec/config.js';
import {
  decodeDeleteLabelCommand,
  decodePutLabelCommand,
  decodeStopHostCommand,
  encodeHost,
  encodeHostInventory,
} from './codec/host.js';
import { DecodeError, type JsonValue, jsonFromBytes } from './codec/json.js';
import { decodeDeleteLinkCommand, decodeLink, encodeLink } from './codec/link.js';
import {
  decodeProviderAuctionRequest,
  decodeStartProviderCommand,
  decodeStopProviderCommand,
  encodeProviderAuctionAck,
} from './codec/provider.js';
import { decodeRegistryCredentials } from './codec/registry.js';
import { type ControlContext, type ControlHandlers, type OptionalAnswer, silent } from './handlers.js';
import type { ControlOperation } from './subjects/control-subjects.js';
import type { CtlResponse } from './types/ctl-response.js';
import type { DeleteLinkCommand } from './types/link.js';

/**
 * A request whose payload cannot be read. The message is the text the client gets
 * (docs/spec/control-interface.md#1.3).
 */
export class UndecodableRequestError extends Error {
  override readonly name = 'UndecodableRequestError';
}

/** The reply to a subject that matches no operation exactly. */
export const unsupportedSubject: CtlResponse<never> = { success: false, message: 'unsupported subject' };

/**
 * Decodes a request, has it carried out, and gives the reply with its data in JSON; `undefined` for no reply.
 * Rejects with an {@link UndecodableRequestError} or whatever the handler threw. `about` is told what the command is about once it is
 * decoded: names and ids, never values.
 */
export async function dispatchControl(
  operation: ControlOperation,
  payload: Uint8Array,
  handlers: ControlHandlers,
  context: ControlContext,
  about: (target: string) => void = () => {},
): Promise<CtlResponse<JsonValue> | undefined> {
  switch (operation.kind) {
    case 'host.ping':
      return replyWith(await handlers.pingHost(context), encodeHost);
    case 'host.get':
      return replyWith(await handlers.getHostInventory(context), encodeHostInventory);
    case 'host.stop': {
      const command = request('failed to deserialize stop command', () =>
        decodeStopHostCommand(payload.length === 0 ? {} : jsonFromBytes(payload, 'host stop command')),
      );
      return reply(await handlers.stopHost(command, context));
    }

    case 'label.put': {
      const command = json('failed to deserialize put label request', payload, decodePutLabelCommand);
      about(command.key);
      return reply(await handlers.putLabel(command, context));
    }
    case 'label.del': {
      const command = json('failed to deserialize delete label request', payload, decodeDeleteLabelCommand);
      about(command.key);
      return reply(await handlers.deleteLabel(command, context));
    }

    case 'component.auction': {
      const auction = json(
        'failed to deserialize component auction command',
        payload,
        decodeComponentAuctionRequest,
      );
      about(auction.componentId);
      const answer = (await handlers.auctionComponent?.(auction, context)) ?? silent;
      return replyWith(answer, encodeComponentAuctionAck);
    }
    case 'component.scale': {
      const command = json(
        'failed to deserialize component scale command',
        payload,
        decodeScaleComponentCommand,
      );
      about(command.componentId);
      return reply(await handlers.scaleComponent(command, context));
    }
    case 'component.update': {
      const command = json(
        'failed to deserialize component update command',
        payload,
        decodeUpdateComponentCommand,
      );
      about(command.componentId);
      return reply(await handlers.updateComponent(command, context));
    }
    case 'component.canary': {
      const command = json(
        'failed to deserialize component canary command',
        payload,
        decodeCanaryComponentCommand,
      );
      about(command.componentId);
      return handlers.canaryComponent === undefined
        ? unsupportedSubject
        : reply(await handlers.canaryComponent(command, context));
    }

    case 'provider.auction': {
      const auction = json(
        'failed to deserialize provider auction command',
        payload,
        decodeProviderAuctionRequest,
      );
      about(auction.providerId);
      const answer = (await handlers.auctionProvider?.(auction, context)) ?? silent;
      return replyWith(answer, encodeProviderAuctionAck);
    }
    case 'provider.start': {
      const command = json(
        'failed to deserialize provider start command',
        payload,
        decodeStartProviderCommand,
      );
      about(command.providerId);
      return reply(await handlers.startProvider(command, context));
    }
    case 'provider.stop': {
      const command = json('failed to deserialize provider stop command', payload, decodeStopProviderCommand);
      about(command.providerId);
      return reply(await handlers.stopProvider(command, context));
    }

    case 'link.get':
      return replyWith(await handlers.getLinks(context), (links) => links.map(encodeLink));
    case 'link.put': {
      const link = json('failed to deserialize wrpc link definition', payload, decodeLink);
      about(linkText(link));
      return reply(await handlers.putLink(link, context));
    }
    case 'link.del': {
      const command = json('failed to deserialize wrpc link definition', payload, decodeDeleteLinkCommand);
      about(linkText(command));
      return reply(await handlers.deleteLink(command, context));
    }

    case 'config.get':
      return replyWith(await handlers.getConfig(operation.name, context), (config) => config);
    case 'config.put': {
      const { name } = operation;
      const config = request('config data should be a map of string -> string', () =>
        decodeConfig(payload, name),
      );
      return reply(await handlers.putConfig({ name, config, raw: payload }, context));
    }
    case 'config.del':
      return reply(await handlers.deleteConfig(operation.name, context));

    case 'claims.get':
      return replyWith(await handlers.getClaims(context), (claims) => claims.map(encodeClaims));
    case 'registry.put': {
      const credentials = json(
        'failed to deserialize registries put command',
        payload,
        decodeRegistryCredentials,
      );
      about(Object.keys(credentials).join(', '));
      return reply(await handlers.putRegistries(credentials, context));
    }
    default:
      return operation satisfies never;
  }
}

/** `http -> kv, link default of wasi:keyvalue`; a deletion need not say where the link leads. */
function linkText(link: DeleteLinkCommand): string {
  const ends = link.target === undefined ? link.sourceId : `${link.sourceId} -> ${link.target}`;
  return `${ends}, link ${link.name} of ${link.witNamespace}:${link.witPackage}`;
}

/** Runs a decoder; what it finds wrong becomes the cause of the text the client gets. */
function request<T>(failure: string, decode: () => T): T {
  try {
    return decode();
  } catch (cause) {
    if (cause instanceof DecodeError) throw new UndecodableRequestError(failure, { cause });
    throw cause;
  }
}

function json<T>(failure: string, payload: Uint8Array, decode: (value: unknown) => T): T {
  return request(failure, () => decode(jsonFromBytes(payload, 'payload')));
}

function reply(answer: OptionalAnswer): CtlResponse<JsonValue> | undefined {
  if (answer.tag === 'silent') return undefined;
  return { success: answer.tag === 'ok', message: answer.message };
}

function replyWith<T>(
  answer: OptionalAnswer<T>,
  encode: (response: T) => JsonValue,
): CtlResponse<JsonValue> | undefined {
  if (answer.tag !== 'ok' || answer.response === undefined) return reply(withoutData(answer));
  return { success: true, message: answer.message, response: encode(answer.response) };
}

function withoutData<T>(answer: OptionalAnswer<T>): OptionalAnswer {
  return answer.tag === 'ok' ? { tag: 'ok', message: answer.message } : answer;
}
