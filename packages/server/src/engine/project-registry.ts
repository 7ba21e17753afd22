/** What an engine asks of whoever knows which projects there are. */
export interface ProjectRegistry {
  isProject(slug: string): Promise<boolean>;

  /** Notes down for good that the database of a project is about to be made. @returns an id for this creation. */
  beginCreation(slug: string): Promise<string>;

  /** Whether a creation of this id was begun here, and there is no project of that slug: what it made is nobody's. */
  isAbandoned(slug: string, creationId: string): Promise<boolean>;
}
