import { closeSync, fsyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** Resolves when the file's bytes are on its disk. */
export async function syncFile(path: string): Promise<void> {
  await sync(path, 'r+');
}

/** Syncs a folder, which makes a rename in it durable. Does nothing on Windows, which refuses to open a folder. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform !== 'win32') await sync(path, 'r');
}

async function sync(path: string, flags: string): Promise<void> {
  const file = await open(path, flags);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Like `syncFile`, for a thread that may block. */
export function syncFileNow(path: string): void {
  syncNow(path, 'r+');
}

/** Like `syncDirectory`, for a thread that may block. */
export function syncDirectoryNow(path: string): void {
  if (process.platform !== 'win32') syncNow(path, 'r');
}

function syncNow(path: string, flags: string): void {
  const file = openSync(path, flags);
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
