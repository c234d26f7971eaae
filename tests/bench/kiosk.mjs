// kiosk-start, kiosk-memory, kiosk-idle: the kiosk against Chromium --kiosk with an equal page, on one Xvfb, in turn.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { MouseScreen } from "../e2e/lib/display.mjs";
import { sleep } from "../e2e/lib/wait.mjs";
import { ASSETS } from "../e2e/lib/world.mjs";
import { median } from "./common.mjs";
import { ChromiumSide, Eye, KioskSide, cpuUs, pssMiB, startServices } from "./sides.mjs";

const PAIRS = 7;
const GOAL_START = 1 / 7;
const GOAL_MEMORY = 1 / 15;
const GOAL_MEMORY_ALL_MIB = 40;
const GOAL_IDLE = 1 / 20;
const IDLE_PAIRS = 5;
const IDLE_SETTLE_MS = 10_000; // Chromium is busy with itself for that long after its start
const IDLE_MS = 20_000;
const REST_MS = 700; // nothing was drawn for so long: the screen is complete

/** The picture of the middle face, within its card. */
const pictureOf = ({ x, y, w, h }) => ({ x: Math.round(x - w / 4), y: Math.round(y - h * 0.36), w: Math.round(w / 2), h: Math.round(h * 0.34) });

/** Both sides on one screen. The kiosk is started once: its places are the page's. */
async function bothSides(world, { langs, still = false } = {}) {
  const screen = await MouseScreen.start(world);
  const broker = await startServices(world);
  const eye = await Eye.start(world, screen);
  const kiosk = await KioskSide.create(world, screen, broker, { langs, still });
  kiosk.start();
  const faces = await kiosk.ready();
  await kiosk.stop();
  const chromium = ChromiumSide.create(world, screen, faces, { lang: "id", still });
  const picture = pictureOf(faces[2]);
  chromium.start(); // fills its profile: a kiosk's browser has been started before
  await eye.content(picture);
  await eye.still(REST_MS);
  await chromium.stop();
  return { screen, broker, eye, faces, picture, sides: [kiosk, chromium] };
}

const against = (name, unit, pairs, goal) => {
  const ratio = median(pairs.map(([a, b]) => a / b));
  return { name, value: median(pairs.map(([a]) => a)), unit, reference: median(pairs.map(([, b]) => b)), ratio, goal, met: ratio <= goal };
};
const alone = (name, unit, value, goal) => ({ name, value, unit, reference: null, ratio: null, goal, met: goal === null ? null : value <= goal });

export async function kioskStart(world, { quick, say }) {
  const { eye, picture, sides } = await bothSides(world);
  const pairs = [];
  for (let i = 0; i < (quick ? 1 : PAIRS); i++) {
    const pair = [];
    for (const side of sides) {
      const from = side.start();
      pair.push(((await eye.content(picture)) - from) / 1000);
      await eye.still(REST_MS);
      await side.stop();
    }
    pairs.push(pair);
    say(`pair ${i + 1}: kiosk ${pair[0].toFixed(0)} ms, Chromium ${pair[1].toFixed(0)} ms`);
  }
  return [against("kiosk-start", "ms", pairs, GOAL_START)];
}

/** Started, one visit made, at rest again. */
async function oneVisit({ screen, eye, faces, picture }, side) {
  side.start();
  await eye.content(picture);
  await side.ready();
  await eye.still(REST_MS);
  const changed = await eye.change(picture);
  await screen.tap(faces[3].x, faces[3].y);
  await changed();
  await eye.still(REST_MS); // the thanks stay longer than that
  await (await eye.change(picture))();
  await eye.still(REST_MS);
}

async function everyLanguage(world, { screen, eye, broker }, say) {
  const langs = readdirSync(join(ASSETS, "locales")).flatMap((name) => name.match(/^kiosk-(\w+)\.json$/)?.[1] ?? []);
  const kiosk = await KioskSide.create(world, screen, broker, { langs });
  kiosk.start();
  await kiosk.ready();
  for (const lang of langs) {
    const from = kiosk.kiosk.process.mark();
    if (lang !== "id") {
      const { x, y } = (await kiosk.ready(), kiosk.targets[`lang-${lang}`]);
      await screen.tap(x, y);
      await kiosk.kiosk.process.line(new RegExp(` screen name=question lang=${lang} `), { from });
    }
    await eye.still(REST_MS);
  }
  const mib = pssMiB(kiosk.pids);
  say(`every language seen (${langs.join(" ")}): ${mib.toFixed(1)} MiB`);
  await kiosk.stop();
  return mib;
}

export async function kioskMemory(world, { quick, say }) {
  const both = await bothSides(world);
  const pairs = [];
  for (let i = 0; i < (quick ? 1 : PAIRS); i++) {
    const pair = [];
    for (const side of both.sides) {
      await oneVisit(both, side);
      pair.push(pssMiB(side.pids));
      await side.stop();
    }
    pairs.push(pair);
    say(`pair ${i + 1}: kiosk ${pair[0].toFixed(1)} MiB, Chromium ${pair[1].toFixed(1)} MiB`);
  }
  return [against("kiosk-memory", "MiB PSS", pairs, GOAL_MEMORY), alone("kiosk-memory-all-languages", "MiB PSS", await everyLanguage(world, both, say), GOAL_MEMORY_ALL_MIB)];
}

async function idlePercent({ eye, picture }, side, quick) {
  side.start();
  await eye.content(picture);
  await side.ready();
  await sleep(quick ? 500 : IDLE_SETTLE_MS);
  const pids = side.pids;
  const [from, used] = [performance.now(), cpuUs(pids)];
  await sleep(quick ? 1000 : IDLE_MS); // the window itself
  const percent = (cpuUs(pids) - used) / (performance.now() - from) / 10;
  await side.stop();
  return percent;
}

export async function kioskIdle(world, { quick, say }) {
  const both = await bothSides(world, { still: true });
  const pairs = [];
  for (let i = 0; i < (quick ? 1 : IDLE_PAIRS); i++) {
    const pair = [];
    for (const side of both.sides) pair.push(await idlePercent(both, side, quick));
    pairs.push(pair);
    say(`pair ${i + 1}: kiosk ${pair[0].toFixed(3)} %, Chromium ${pair[1].toFixed(3)} % of a core`);
  }
  return [against("kiosk-idle", "% of a core", pairs, GOAL_IDLE)];
}
