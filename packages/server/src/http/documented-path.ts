/** The pattern of a route as people and programs are shown it: `/projects/{project}` for `/projects/:project`. */
export function documentedPath(url: string): string {
  return url.replaceAll(/:(\w+)/g, '{$1}');
}
