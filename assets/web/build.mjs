// node build.mjs OUTDIR: bundles the pages into the fixed list of files that the aggregator embeds (embed.c).
// No hashes in names: the server sends an ETag.
//
//   app.js, app.css      what every page needs, and the today page: a manager's phone on a slow network waits for these
//   phone.js, .css       the survey on a customer's phone (phone.html): nothing of the other files is loaded there
//   <page>.js, .css      a page that not everybody needs, fetched when it is first shown (lazy.tsx). What it shares
//                        with the first bundle it imports from app.js, by the names of kit.ts
//   <tab>.js, .css       a tab of Manage that is large. What it shares with manage.js it imports from there, by the names of
//                        manage/tools.ts
//   worker.js            the service worker
//   live.js              the hub, a shared worker, or a part of a window where there is none; pages name it by a hash of its bytes
import { build } from "esbuild";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
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
const PAGES = {
  login: "src/login.tsx",
  trends: "src/trends/page.tsx",
  alerts: "src/alerts/page.tsx",
  backtest: "src/backtest/page.tsx",
  improve: "src/improve/page.tsx",
  report: "src/report/page.tsx",
  poster: "src/poster/page.tsx",
  wall: "src/wall/page.tsx",
  manage: "src/manage/page.tsx",
  survey: "src/survey/page.tsx",
  votes: "src/alert-votes.tsx",
  comments: "src/comments/card.tsx",
  act: "src/alert-act.tsx",
  account: "src/account/menu.tsx",
  inbox: "src/inbox/card.tsx",
  about: "src/about/card.tsx",
  find: "src/find.tsx",
  news: "src/news/card.tsx",
  refusals: "src/refusals/said.ts", // words only: it has no style
  plot: "src/trends/plot-marks.ts", // Observable Plot, with what the charts of trends need
};
const TABS = {
  standards: "src/manage/standards.tsx",
  calendars: "src/manage/calendars.tsx",
  channels: "src/manage/channels.tsx",
  mailings: "src/manage/mailings.tsx",
  log: "src/manage/log.tsx",
};
const WORKERS = { worker: "src/worker.ts", live: "src/live/hub.ts" }; // scripts, no modules: every browser takes them so
const APART = { ...PAGES, ...TABS, live: WORKERS.live };
const FIRST_BYTES = 30_000; // app.js + app.css, gzip
const PAGE_BYTES = 30_000; // a page of its own, both files
const PLOT_BYTES = 110_000;

const fail = (why) => {
  console.error(`web: ${why}`);
  process.exit(1);
};

const bundle = (entryPoints, plugin) =>
  build({
    absWorkingDir: here,
    entryPoints,
    outdir: out,
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2020"],
    jsx: "automatic",
    jsxImportSource: "preact",
    charset: "utf8",
    loader: { ".yaml": "text" }, // templates of surveys
    define: { HUB: JSON.stringify(hub) },
    logLevel: "warning",
    metafile: true,
    plugins: [{ name: "files of their own", setup: plugin }],
  });

await mkdir(out, { recursive: true });
await build({ absWorkingDir: here, entryPoints: WORKERS, outdir: out, bundle: true, minify: true, format: "iife", target: ["es2020"], charset: "utf8", logLevel: "warning" });
const hub = createHash("sha256").update(await readFile(join(out, "live.js"))).digest("hex").slice(0, 8);
// What is fetched when it is first shown is a file of its own.
const apart = (b) =>
  b.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
    if (kind !== "dynamic-import") return null;
    const page = Object.keys(APART).find((name) => join(here, APART[name]) === resolve(resolveDir, path));
    return page ? { path: `./${page}.js`, external: true } : null;
  });
const from = (b, filter, file) => b.onResolve({ filter }, () => ({ path: `./${file}`, external: true }));
const first = await bundle({ app: "src/main.tsx" }, apart);
// Of the kiosk's catalogues only what a phone says: no menus for staff, no out-of-service screens.
const SPOKEN = /^(language|direction|question|hint|very-poor|poor|okay|good|excellent|footer|thanks|thanks-more|try-again|scale-.*|choice-.*|several-hint|option-.*|text-.*|number-.*|contact-.*|done|send|skip|promise)$/;
await bundle({ phone: "src/phone/main.tsx" }, (b) =>
  b.onLoad({ filter: /kiosk-\w+\.json$/ }, async ({ path }) => {
    const all = Object.entries(JSON.parse(await readFile(path, "utf8")));
    return { loader: "json", contents: JSON.stringify(Object.fromEntries(all.filter(([key]) => SPOKEN.test(key)))) };
  }),
);
const KIT = /(\/kit\.ts|^preact\/jsx-runtime)$/;
const pages = await bundle(PAGES, (b) => {
  apart(b);
  from(b, KIT, "app.js");
});
const tabs = await bundle(TABS, (b) => {
  from(b, KIT, "app.js");
  from(b, /\/tools\.ts$/, "manage.js");
});
const mayNotTake = ({ metafile }, has, file, kit) => {
  for (const { entryPoint, inputs } of Object.values(metafile.outputs)) {
    const twice = Object.keys(inputs).filter((name) => has(name));
    if (twice.length) fail(`${entryPoint} takes ${twice.join(", ")} along, which ${file} has already: import from ${kit} instead`);
  }
};
const manage = Object.values(pages.metafile.outputs).find(({ entryPoint }) => entryPoint === PAGES.manage).inputs;
for (const each of [pages, tabs]) mayNotTake(each, (name) => name in first.metafile.inputs, "app.js", "kit.ts");
mayNotTake(tabs, (name) => name in manage, "manage.js", "manage/tools.ts");
await Promise.all(
  ["index.html", "phone.html", "favicon.svg", "manifest.webmanifest"].map((name) => copyFile(join(here, name), join(out, name))),
);

for (const [name, most] of [["app", FIRST_BYTES], ["phone", PAGE_BYTES], ...Object.keys(APART).map((page) => [page, page === "plot" ? PLOT_BYTES : PAGE_BYTES])]) {
  let total = 0;
  for (const file of [`${name}.js`, `${name}.css`].filter((each) => existsSync(join(out, each)))) {
    const bytes = await readFile(join(out, file));
    const packed = gzipSync(bytes, { level: 9 }).length;
    total += packed;
    console.log(`web: ${file} ${bytes.length} bytes, ${packed} gzip`);
  }
  if (total > most) fail(`${name}.js + ${name}.css are ${total} bytes gzip, more than the budget of ${most}`);
}
