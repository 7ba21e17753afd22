/** An invalid command line. The message is one line that states what is expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
