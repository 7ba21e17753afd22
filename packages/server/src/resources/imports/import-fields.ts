import { type Static, Type } from 'typebox';

import type { ImportReport } from '../../engine/engine.ts';

/** The report of an import. */
export const importReport = Type.Object(
  {
    project: Type.String(),
    tables: Type.Integer(),
    rows: Type.Integer(),
    size_bytes: Type.Integer(),
    replaced: Type.Boolean(),
    warnings: Type.Array(Type.Object({ code: Type.String(), message: Type.String() })),
  },
  { title: 'ImportReport' },
);

export function toImportFields(project: string, report: ImportReport): Static<typeof importReport> {
  const { tables, rows, sizeBytes, replaced, warnings } = report;
  return {
    project,
    tables,
    rows,
    size_bytes: sizeBytes,
    replaced,
    warnings: warnings.map(({ code, message }) => ({ code, message })),
  };
}
