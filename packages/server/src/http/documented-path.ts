/** Returns the documented pattern of a route: `/projects/{project}` for `/projects/:project`. */
export function documentedPath(url: string): string {
  return url.replaceAll(/:(\w+)/g, '{$1}');
}
