import { closeSync, fsyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';

/** Waits until the file's bytes are on its disk. */
export async function syncFile(path: string): Promise<void> {
  await sync(path, 'r+');
}

/** A rename is on the disk for good only once its folder is. Windows knows no such thing and refuses to open a folder. */
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

/** As `syncFile`, for a thread that may wait. */
export function syncFileNow(path: string): void {
  syncNow(path, 'r+');
}

/** As `syncDirectory`, for a thread that may wait. */
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
