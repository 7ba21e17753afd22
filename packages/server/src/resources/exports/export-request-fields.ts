import type {
  DatabaseExportRequest,
  RowSelection,
  TableExportRequest,
} from '../../engine/project-exports.ts';
import { fieldAt, type FieldOf, fieldsOf } from '../../http/subject-fields.ts';
import { filterFields } from '../records/filter-fields.ts';
import type { ClientSelection, ExportRequest } from './export-request.ts';

/** The field in which a request has a part of what is to be exported. */
export function exportFields(request: ExportRequest): FieldOf {
  switch (request.kind) {
    case 'schema_export':
      return fieldsOf({ format: () => 'body.format' });
    case 'table_export':
      return fieldsOf<keyof Pick<TableExportRequest, 'rows'>>({
        rows: selectionFields('body', request.rows),
      });
    case 'database_export':
      return fieldsOf<keyof Pick<DatabaseExportRequest, 'include' | 'exclude' | 'rows'>>({
        include: (path) => fieldAt('body.include_tables', path),
        exclude: (path) => fieldAt('body.exclude_tables', path),
        rows: ([table, ...path]) => {
          const field = `body.table_options.${table}`;
          const selection = request.rows[String(table)];
          return selection === undefined || path.length === 0
            ? field
            : selectionFields(field, selection)(path);
        },
      });
  }
}

function selectionFields(field: string, { filters, filterForm }: ClientSelection): FieldOf {
  return fieldsOf<keyof RowSelection>({
    columns: (path) => fieldAt(`${field}.columns`, path),
    filters: filterFields(`${field}.filters`, { filters, form: filterForm }),
    sort: () => `${field}.sort`,
    descending: () => `${field}.order`,
    limit: () => `${field}.limit`,
    offset: () => `${field}.offset`,
  });
}
