// node build.mjs OUTDIR: bundles the pages into the fixed list of files that the aggregator embeds
// (index.html, app.js, app.css, favicon.svg, manifest.webmanifest). No hashes in names: the server sends an ETag.
import { build } from "esbuild";
import { copyFile, mkdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] && resolve(process.argv[2]);
if (!out) {
  console.error("usage: node build.mjs OUTDIR");
  process.exit(2);
}
const BUDGET_BYTES = 30_000; // js + css of the today page, gzip: a manager's phone on a slow network

await mkdir(out, { recursive: true });
await build({
  absWorkingDir: here,
  entryPoints: { app: "src/main.tsx" },
  outdir: out,
  bundle: true,
  minify: true,
  format: "iife",
  target: ["es2020"],
  jsx: "automatic",
  jsxImportSource: "preact",
  charset: "utf8",
  logLevel: "warning",
});
await Promise.all(
  ["index.html", "favicon.svg", "manifest.webmanifest"].map((name) => copyFile(join(here, name), join(out, name))),
);

let total = 0;
for (const name of ["app.js", "app.css"]) {
  const bytes = await readFile(join(out, name));
  const packed = gzipSync(bytes, { level: 9 }).length;
  total += packed;
  console.log(`web: ${name} ${bytes.length} bytes, ${packed} gzip`);
}
if (total > BUDGET_BYTES) {
  console.error(`web: app.js + app.css are ${total} bytes gzip, more than the budget of ${BUDGET_BYTES}`);
  process.exit(1);
}
