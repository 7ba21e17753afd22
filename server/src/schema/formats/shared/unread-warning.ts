import type { Schema } from '../../model.ts';
import { nameList } from '../../name-list.ts';

export function unreadWarning({ unread }: Schema): readonly string[] {
  if (unread.length === 0) return [];
  return [`some details are missing, as the stored text is not understood: ${nameList(unread)}`];
}
