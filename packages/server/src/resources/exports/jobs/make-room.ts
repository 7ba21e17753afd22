import { RowhouseError } from '../../../core/errors.ts';
import { explainStorageFault } from '../../../runtime/disk/explain-storage-fault.ts';

/**
 * Writes down that a file goes, before it does; on a full disk after it has, as only that makes room to write it down: an export
 * without its file is one that has vanished, which can still be removed.
 */
export async function recordMakingRoom(
  record: () => Promise<void>,
  remove: () => Promise<void>,
): Promise<void> {
  try {
    await record();
  } catch (error) {
    const explained = explainStorageFault(error);
    if (!(explained instanceof RowhouseError) || explained.code !== 'storage_full') throw error;
    await remove();
    await record();
  }
}
