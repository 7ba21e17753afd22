/** What is wrong with the data folder, and what its owner can do about it; the message is one line. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError';
}
