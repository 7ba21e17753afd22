/** Identifies a project. An id is never used again, while a slug may later belong to another project. */
export interface ProjectRef {
  readonly id: number;
  /** In lower case. */
  readonly slug: string;
}
