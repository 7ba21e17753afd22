import { RowhouseError } from '../../../core/errors.ts';
import { explainStorageError } from '../../../runtime/disk/explain-storage-error.ts';

/**
 * Records the removal of a file before removing it. On a full disk, it records it afterwards, because only the removal frees
 * space for the record. Until then, the export has the status of a missing file and can still be deleted.
 */
export async function recordRemoval(record: () => Promise<void>, remove: () => Promise<void>): Promise<void> {
  try {
    await record();
  } catch (error) {
    const explained = explainStorageError(error);
    if (!(explained instanceof RowhouseError) || explained.code !== 'storage_full') throw error;
    await remove();
    await record();
  }
}
