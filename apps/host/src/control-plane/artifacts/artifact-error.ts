/** An artifact that can't be had; the message names the reference and what to check. */
export class ArtifactError extends Error {
  override readonly name = 'ArtifactError';
}
