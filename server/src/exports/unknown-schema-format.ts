import { RowhouseError } from '../errors.ts';
import { schemaFormats } from '../schema/formats/schema-formats.ts';

/** The error for a schema format that is none. Its wording is the documented one, whatever formats there are; `details` names them all. */
export function unknownSchemaFormat(field: string): RowhouseError {
  const names = schemaFormats.map(({ name }) => name).join(', ');
  return new RowhouseError('invalid_export_format', 'format must be json or sql for schema exports.', {
    details: [{ field, message: `must be one of ${names}` }],
  });
}
