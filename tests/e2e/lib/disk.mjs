// A small disk of its own (tmpfs), to be filled.
import assert from "node:assert/strict";
import { rmSync, statfsSync } from "node:fs";
import { run } from "./process.mjs";
import { Skip } from "./world.mjs";

/** A small disk of its own. */
export async function disk(world, name, megabytes) {
  const path = world.folder(name);
  const mounted = await run("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", path]);
  if (mounted.code !== 0) throw new Skip(`cannot mount a small disk here: ${mounted.lines[0]}`);
  world.own(`disk ${name}`, () => run("umount", ["-l", path]));
  return {
    path,
    /** Until so many megabytes are left. */
    leave: async (mb) => {
      const { bavail, bsize } = statfsSync(path);
      const blocks = Math.floor((bavail * bsize - mb * 1e6) / 65536);
      if (blocks > 0) await run("dd", ["if=/dev/zero", `of=${path}/filler`, "bs=64k", `count=${blocks}`, "oflag=append", "conv=notrunc"]);
    },
    fill: async () => {
      await run("dd", ["if=/dev/zero", `of=${path}/filler`, "bs=64k"]);
      await run("dd", ["if=/dev/zero", `of=${path}/filler2`, "bs=512"]);
    },
    free: () => ["filler", "filler2"].forEach((file) => rmSync(`${path}/${file}`, { force: true })),
    readonly: async () => assert.equal((await run("mount", ["-o", "remount,ro", path])).code, 0),
    writable: async () => assert.equal((await run("mount", ["-o", "remount,rw", path])).code, 0),
  };
}
