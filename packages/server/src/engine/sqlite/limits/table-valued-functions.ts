/**
 * The table-valued functions that clients and views may use.
 * https://www.sqlite.org/json1.html#table_valued_functions_for_parsing_json_json_each_and_json_tree_
 */
export const TABLE_VALUED_FUNCTIONS: ReadonlySet<string> = new Set([
  'json_each',
  'json_tree',
  'jsonb_each',
  'jsonb_tree',
]);
