import type { Schema } from '../model.ts';
import { nameList } from '../name-list.ts';

/** What to say of tables and indexes of which not all could be told; nothing where all could. */
export function unreadWarning({ unread }: Schema): readonly string[] {
  if (unread.length === 0) return [];
  return [`some details are missing, as the stored text is not understood: ${nameList(unread)}`];
}
