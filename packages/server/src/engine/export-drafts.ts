/** The store that resolves where the file of an export is written. */
export interface ExportDrafts {
  /** Returns the path of a new file on the local disk. */
  draftPath(key: { readonly project: string; readonly exportId: string }): Promise<string>;
}
