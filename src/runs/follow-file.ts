import { type FileHandle, open, stat } from "node:fs/promises";

export interface FollowedFile {
  /**
   * Whole lines since the last call. `replaced` where another file has taken its place (or it is the first look): the
   * lines are then all of the new one.
   */
  read(): Promise<{ replaced: boolean; lines: string[] }>;
  close(): Promise<void>;
}

/** Follows a text file that grows by lines, may not be there yet, and may be replaced as a whole. */
export function followFile(path: string): FollowedFile {
  let file: FileHandle | null = null;
  let inode = 0n;
  let position = 0;
  let rest = Buffer.alloc(0);

  const reopen = async (): Promise<boolean> => {
    const found = await stat(path, { bigint: true }).catch(() => null);
    if (found === null || (file && found.ino === inode && found.size >= BigInt(position))) return false;
    await file?.close();
    file = await open(path, "r").catch(() => null);
    if (file === null) return false;
    inode = (await file.stat({ bigint: true })).ino;
    position = 0;
    rest = Buffer.alloc(0);
    return true;
  };

  return {
    read: async () => {
      const replaced = await reopen();
      const lines: string[] = [];
      const chunk = Buffer.alloc(65_536);
      while (file) {
        const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
        if (bytesRead === 0) break;
        position += bytesRead;
        const parts = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
        const end = parts.lastIndexOf(10);
        rest = parts.subarray(end + 1);
        if (end >= 0) lines.push(...parts.subarray(0, end).toString("utf8").split("\n"));
      }
      return { replaced, lines };
    },
    close: async () => {
      await file?.close();
      file = null;
    },
  };
}
