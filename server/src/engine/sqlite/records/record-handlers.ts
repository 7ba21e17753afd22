import { limitedToOtherTables, RowhouseError } from '../../../errors.ts';
import { includesName } from '../../../schema/identifier.ts';
import type { Handlers } from '../../../threads/serve-operations.ts';
import type { TableReference } from '../../project-records.ts';
import type { OpenDatabases } from '../open-databases.ts';
import { readTransaction } from '../read-transaction.ts';
import { writeTransaction } from '../write-transaction.ts';
import { deleteRecord, deleteRecords } from './delete-records.ts';
import { getRecord } from './get-record.ts';
import { insertRecord } from './insert-record.ts';
import { insertRecords } from './insert-records.ts';
import { listRecords } from './list-records.ts';
import { type RecordDatabase, recordDatabaseOf } from './record-database.ts';
import type {
  BoundedRecordReads,
  BoundedRecordWrites,
  BulkRecordWrites,
  RecordReads,
  RecordTarget,
  RecordWrites,
} from './record-operations.ts';
import type { RecordTable } from './record-table.ts';
import { updateRecord } from './update-record.ts';
import { updateRecords } from './update-records.ts';

/** How a reader thread answers, each time from one view of the database: null for what nobody could stop there. */
export function boundedRecordReads(databases: OpenDatabases): Handlers<BoundedRecordReads> {
  const reading = onTable(databases, readTransaction);
  return {
    getRecord: (input) =>
      reading(input, (database, table) => {
        return table.isCostly ? null : getRecord(database, table, input.key);
      }),
    listRecords: (input) =>
      reading(input, (database, table) => {
        return table.isCostly ? null : listRecords(database, table, input.page);
      }),
  };
}

/** The same where it can be stopped. */
export function recordReads(databases: OpenDatabases): Handlers<RecordReads> {
  const reading = onTable(databases, readTransaction);
  return {
    getRecord: (input) => reading(input, (database, table) => getRecord(database, table, input.key)),
    listRecords: (input) => reading(input, (database, table) => listRecords(database, table, input.page)),
  };
}

/** How a writer thread answers, each time in a transaction of its own: null for what nobody could stop there. */
export function boundedRecordWrites(databases: OpenDatabases): Handlers<BoundedRecordWrites> {
  const { createRecord, updateRecord: update, deleteRecord: remove, ...bulk } = recordWrites(databases);
  const bounded =
    <Input extends RecordTarget, Output>(write: (input: Input) => Output) =>
    (input: Input): Output | null => {
      return recordDatabaseOf(databases.get(input.path)).writesMayBeEndless ? null : write(input);
    };
  return {
    createRecord: bounded(createRecord),
    updateRecord: bounded(update),
    deleteRecord: bounded(remove),
    createRecords: bounded(bulk.createRecords),
    updateRecords: bounded(bulk.updateRecords),
    deleteRecords: bounded(bulk.deleteRecords),
  };
}

/** The same where it can be stopped. */
export function recordWrites(databases: OpenDatabases): Handlers<RecordWrites & BulkRecordWrites> {
  const writing = onTable(databases, writeTransaction);
  return {
    createRecord: (input) => writing(input, (database, table) => insertRecord(database, table, input.record)),
    updateRecord: (input) => writing(input, (database, table) => updateRecord(database, table, input.change)),
    deleteRecord: (input) => writing(input, (database, table) => deleteRecord(database, table, input.key)),
    createRecords: (input) =>
      writing(input, (database, table) => insertRecords(database, table, input.records)),
    updateRecords: (input) =>
      writing(input, (database, table) => updateRecords(database, table, input.change)),
    deleteRecords: (input) =>
      writing(input, (database, table) => deleteRecords(database, table, input.filters)),
  };
}

function onTable(databases: OpenDatabases, transaction: typeof readTransaction) {
  return <Result>(
    { path, table }: RecordTarget,
    run: (database: RecordDatabase, table: RecordTable) => Result,
  ): Result => {
    const connection = databases.get(path);
    const database = recordDatabaseOf(connection);
    return transaction(connection, () => {
      database.refresh();
      return run(database, tableOf(database, table));
    });
  };
}

/**
 * Call it inside a transaction, after `refresh`.
 * @throws RowhouseError `not_found`; `permission_denied` for a client that is limited to other tables.
 */
export function tableOf(database: RecordDatabase, { nameOrId, allowed }: TableReference): RecordTable {
  if (allowed === null) return database.table(nameOrId);
  const table = findQuietly(database, nameOrId);
  if (!includesName(allowed, table?.name ?? nameOrId)) throw limitedToOtherTables();
  return table ?? database.table(nameOrId);
}

/** Whether there is such a table is nothing for a client that may not use it. */
function findQuietly(database: RecordDatabase, nameOrId: string): RecordTable | null {
  try {
    return database.table(nameOrId);
  } catch (error) {
    if (error instanceof RowhouseError && error.code === 'not_found') return null;
    throw error;
  }
}
