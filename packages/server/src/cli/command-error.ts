/** What a command could not do, for a reason that the person who typed it can understand; the message is one line. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
