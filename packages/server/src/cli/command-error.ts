/** A failure of a command whose cause the user can understand. The message is one line. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
