export {
  type Blobstore,
  type BlobstoreCommon,
  type BlobstoreContainerMetadata,
  type BlobstoreObjectId,
  type BlobstoreObjectMetadata,
  type BlobstoreV1,
  blobstore,
  blobstoreV1,
} from './blobstore.js';
export {
  type HttpErrorCode,
  HttpFailure,
  type HttpFieldSize,
  type HttpFields,
  type HttpIncomingHandler,
  type HttpMethod,
  type HttpOutgoingHandler,
  type HttpRequest,
  type HttpRequestOptions,
  type HttpResponse,
  type HttpScheme,
  httpIncomingHandler,
  httpOutgoingHandler,
} from './http.js';
export {
  type KeyResponse,
  type KeyvalueAtomics,
  type KeyvalueBatch,
  type KeyvalueError,
  type KeyvalueStore,
  type KeyvalueWatcher,
  keyvalueAtomics,
  keyvalueBatch,
  keyvalueStore,
  keyvalueWatcher,
} from './keyvalue.js';
export {
  type BrokerMessage,
  type MessagingConsumer,
  type MessagingHandler,
  messagingConsumer,
  messagingHandler,
} from './messaging.js';
