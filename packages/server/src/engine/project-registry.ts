/** What the engine needs to know about the existing projects. */
export interface ProjectRegistry {
  isProject(slug: string): Promise<boolean>;

  /** Records durably that the creation of a project's database starts. Returns the id of this creation. */
  beginCreation(slug: string): Promise<string>;

  /** Returns whether the creation with this id was recorded here and no project has the slug: its files may be removed. */
  isAbandoned(slug: string, creationId: string): Promise<boolean>;
}
