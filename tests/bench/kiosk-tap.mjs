// kiosk-tap: true touches on Xorg. From the finger to the first changed pixel, against Chromium --kiosk in turn; then, with
// a probe inside the kiosk (probe.c): from the finger to the commit, how long a whole picture takes, and what is
// allocated while it is drawn.
import { readFileSync } from "node:fs";
import { TouchScreen } from "../e2e/lib/display.mjs";
import { random } from "../e2e/lib/wait.mjs";
import { BIN } from "../e2e/lib/world.mjs";
import { median, quantile } from "./common.mjs";
import { ChromiumSide, Eye, KioskSide, startServices } from "./sides.mjs";

const ROUNDS = 5;
const TOUCHES = 100; // a round and side
const WARM_UP = 5; // pictures drawn for the first time are made first
const REST_MS = 90; // nothing was drawn for so long: the question stands again (thanks stay 40 ms)
const GOAL_P50_MS = 5;
const GOAL_P99_MS = 16;
const GOAL_COMMIT_MS = 25;
const GOAL_REDRAW_MS = 3;
const SCREEN_PX = 1280 * 800;
// A visit is short, so that 500 fit into some minutes.
const TIMES = { press: "20 ms", thanks: "40 ms", settle: "0 s", language_return: "20 s", health: "60 s" };
const PAGE = { lang: "id", press: 20, thanks: 40 };

const percent = (share) => `${(share * 100).toFixed(0)} %`;
const rectOf = ({ x, y, w, h }) => ({ x: x - Math.floor(w / 2), y: y - Math.floor(h / 2), w, h });

/** One touch of some face; when the finger came down and when the face changed. */
async function touch({ eye, screen, faces, chance }) {
  const face = chance.pick(faces);
  const [x, y] = [face.x, face.y].map((middle) => middle + chance.int(-60, 60));
  await eye.still(REST_MS);
  const changed = await eye.change(rectOf(face));
  const down = Number((await screen.down(x, y))[1]);
  const seen = await changed();
  await screen.up(x, y);
  return { down, seen };
}

async function touches(at, side, n) {
  side.start();
  await at.eye.content(rectOf(at.faces[2]));
  await side.ready();
  await at.eye.still(1000);
  for (let i = 0; i < WARM_UP; i++) await touch(at);
  const list = [];
  for (let i = 0; i < n; i++) list.push(await touch(at));
  await at.eye.still(REST_MS);
  await side.stop();
  return list;
}

function readProbe(file) {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n").map((line) => line.split(" "));
  const numbers = (kind) => lines.filter(([first]) => first === kind).map(([, ...rest]) => rest.map(Number));
  return { frames: numbers("frame"), commits: numbers("commit"), sites: lines.filter(([first]) => first === "site") };
}

/** What the probe saw from the first of these touches on: before were pictures shown for the first time. */
function inside(file, list, say) {
  const { frames, commits, sites } = readProbe(file);
  const warm = frames.filter(([at]) => at > list[0].down);
  const redraw = warm.map(([, whole]) => whole / 1000);
  const area = warm.map(([, , , , , px]) => px / SCREEN_PX);
  const commit = list.map(({ down }) => (commits.find(([at]) => at > down)[0] - down) / 1000);
  const sync = commits.map(([, took]) => took / 1000);
  const allocated = warm.map(([, , , n]) => n);
  const own = warm.map(([, , , , n]) => n);
  say(`redraw of ${warm.length} pictures: p50 ${median(redraw).toFixed(2)} ms, p99 ${quantile(redraw, 0.99).toFixed(2)}, longest ${Math.max(...redraw).toFixed(2)}; of the screen p50 ${percent(median(area))}, most ${percent(Math.max(...area))}`);
  say(`commit: p50 ${median(commit).toFixed(2)} ms, p99 ${quantile(commit, 0.99).toFixed(2)}; its fdatasync alone p50 ${median(sync).toFixed(2)}, p99 ${quantile(sync, 0.99).toFixed(2)}`);
  say(`allocations a picture, libraries included: p50 ${median(allocated)}, most ${Math.max(...allocated)}; most often, first pictures included:`);
  for (const [, n, where, symbol] of sites.slice(0, 5)) say(`  ${n} x ${where} ${symbol ?? ""}`);
  return { redraw, commit, own };
}

export async function kioskTap(world, { quick, say }) {
  const screen = await TouchScreen.start(world);
  const broker = await startServices(world);
  const eye = await Eye.start(world, screen);
  const kiosk = await KioskSide.create(world, screen, broker, { times: TIMES });
  kiosk.start();
  const faces = await kiosk.ready();
  await kiosk.stop();
  const chromium = ChromiumSide.create(world, screen, faces, PAGE);
  const at = { eye, screen, faces, chance: random(Number(process.env.PUAS_SEED ?? 1)) };
  const times = new Map([[kiosk, []], [chromium, []]]);
  const touchesARound = quick ? 5 : TOUCHES;
  for (let round = 0; round < (quick ? 1 : ROUNDS); round++) {
    for (const [side, all] of times) {
      const ms = (await touches(at, side, touchesARound)).map(({ down, seen }) => (seen - down) / 1000);
      all.push(ms);
      say(`round ${round + 1}, ${side.name}: p50 ${median(ms).toFixed(2)} ms, p99 ${quantile(ms, 0.99).toFixed(2)}, longest ${Math.max(...ms).toFixed(2)}`);
    }
  }
  const file = world.path("probe");
  kiosk.kiosk.env = { LD_PRELOAD: `${BIN}/tools/puas-probe.so`, PUAS_PROBE: file };
  const list = await touches(at, kiosk, touchesARound * (quick ? 1 : ROUNDS));
  const { redraw, commit, own } = inside(file, list, say);
  const [ours, theirs] = [times.get(kiosk).flat(), times.get(chromium).flat()];
  const result = (name, unit, value, goal, reference = null) => ({ name, value, unit, reference, ratio: reference === null ? null : value / reference, goal, met: value <= goal });
  return [
    result("kiosk-tap", "ms p50", median(ours), GOAL_P50_MS, median(theirs)),
    result("kiosk-tap-p99", "ms", quantile(ours, 0.99), GOAL_P99_MS, quantile(theirs, 0.99)),
    result("kiosk-tap-commit-p99", "ms", quantile(commit, 0.99), GOAL_COMMIT_MS),
    result("kiosk-redraw-p99", "ms", quantile(redraw, 0.99), GOAL_REDRAW_MS),
    result("kiosk-frame-allocations", "own, most a picture", Math.max(...own), 0),
  ];
}
