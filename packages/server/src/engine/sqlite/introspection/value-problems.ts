/**
 * Whether a problem that integrity_check reports is a value that its column does not allow: NULL although it is NOT NULL, or a value of
 * another type than STRICT or the affinity allows. Programs that edit sqlite_schema leave such rows. The value can be read as it is.
 * https://www.sqlite.org/pragma.html#pragma_integrity_check
 */
export function isValueProblem(problem: string): boolean {
  return /^(?:NULL|NUMERIC|TEXT|non-[A-Z]+) value in /.test(problem);
}
