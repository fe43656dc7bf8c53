import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import type { S3Account } from '@wasmlattice/provider-host/config-schema';

/** As upstream's provider names itself to whom gives roles. */
const usualSession = 'blobstore_s3_provider';

/** A client of the account; what it leaves out is what the AWS SDK finds: environment, files, the machine's own role. */
export function createS3Client(account: S3Account): S3Client {
  const { region, endpoint, max_attempts: maxAttempts, path_style: forcePathStyle = true } = account;
  const credentials = credentialsOf(account);
  return new S3Client({
    forcePathStyle,
    ...(region !== undefined && { region }),
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(credentials !== undefined && { credentials }),
    // Servers of others need not know the checksums that AWS added later.
    ...(endpoint !== undefined && {
      endpoint,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      ...(region === undefined && { region: 'us-east-1' }),
    }),
  });
}

function credentialsOf(account: S3Account): S3ClientConfig['credentials'] {
  const {
    access_key_id: accessKeyId,
    secret_access_key: secretAccessKey,
    session_token: sessionToken,
  } = account;
  const own =
    accessKeyId === undefined || secretAccessKey === undefined
      ? undefined
      : { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  const sts = account.sts_config;
  if (sts === undefined) return own;
  return fromTemporaryCredentials({
    params: {
      RoleArn: sts.role,
      RoleSessionName: sts.session ?? usualSession,
      ...(sts.external_id !== undefined && { ExternalId: sts.external_id }),
    },
    ...(own !== undefined && { masterCredentials: own }),
    ...(sts.region !== undefined && { clientConfig: { region: sts.region } }),
  });
}
