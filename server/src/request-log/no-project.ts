/** Stands among the projects of runs, whose ids begin with 1, for calls that concern none: a null would be no part of a key. */
const NO_PROJECT = 0;

export function storedProject(projectId: number | null): number {
  return projectId ?? NO_PROJECT;
}
