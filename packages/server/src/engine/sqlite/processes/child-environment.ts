/**
 * The environment variables of a child process: only `SystemRoot`, without which Node cannot start on Windows.
 * https://nodejs.org/api/child_process.html#child_processspawncommand-args-options
 */
export function childEnvironment(parent: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const { SystemRoot: systemRoot } = parent;
  return systemRoot === undefined ? {} : { SystemRoot: systemRoot };
}
