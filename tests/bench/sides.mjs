// The two sides of the kiosk's benches, on one X server in turn: puas-kiosk, and Chromium --kiosk with an equal page.
// Each can be started, shown to have ended, and asked for its processes.
import { mkdirSync, readFileSync, readdirSync } from "node:fs";
import { Aggregator } from "../e2e/lib/aggregator.mjs";
import { Broker } from "../e2e/lib/broker.mjs";
import { ARGS, chromiumProgram } from "../e2e/lib/browser.mjs";
import { Kiosk } from "../e2e/lib/kiosk.mjs";
import { BIN } from "../e2e/lib/world.mjs";
import { writePage } from "./page.mjs";

export const nowUs = () => Number(process.hrtime.bigint() / 1000n); // CLOCK_MONOTONIC, as the tools print it

// What stands in the field; the fixture's own times are those of tests.
const FIELD = { press: "180 ms", thanks: "3 s", settle: "1 s", language_return: "20 s", health: "60 s", backoff_min: "1 s", backoff_max: "60 s" };

/** Says when pixels change; see tests/tools/puas-eye.c. */
export class Eye {
  static async start(world, screen) {
    const eye = new Eye();
    eye.process = world.process("puas-eye", `${BIN}/tools/puas-eye`, [], { env: { DISPLAY: screen.display }, input: true });
    await eye.process.line(/^ready /);
    return eye;
  }

  async #ask(command, answer, ms) {
    const from = this.process.mark();
    this.process.say(command);
    return Number((await this.process.line(answer, { from, ms }))[1]);
  }

  content({ x, y, w, h }) {
    return this.#ask(`content ${x} ${y} ${w} ${h}`, /^content (\d+)$/, 40_000);
  }

  still(ms) {
    return this.#ask(`still ${ms}`, /^(still)$/, 40_000);
  }

  /** Remembers the rectangle; the function it returns waits for the change. */
  async change({ x, y, w, h }) {
    const from = this.process.mark();
    this.process.say(`change ${x} ${y} ${w} ${h}`);
    await this.process.line(/^armed$/, { from });
    return async () => Number((await this.process.line(/^changed (\d+)$/, { from, ms: 40_000 }))[1]);
  }
}

/** A broker and an aggregator: a kiosk in the field is online. */
export async function startServices(world) {
  const broker = await Broker.start(world);
  await Aggregator.start(world, { brokerPort: broker.port });
  return broker;
}

export class KioskSide {
  name = "kiosk";

  static async create(world, screen, broker, { times = FIELD, langs = ["id", "en"], still = false, env } = {}) {
    const side = new KioskSide();
    const change = (text) => // one question, nothing between customers: as the page
      text.replace(/^(promise|tally):.*\n/gm, "").replace(/^languages:.*$/m, `languages: [${langs.join(", ")}]`).replace(/^( *)fullscreen:.*$/m, still ? "$&\n$1still: true" : "$&");
    side.kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, times, change, env, wait: false });
    return side;
  }

  /** Returns when it was started. */
  start() {
    const at = nowUs();
    this.kiosk.spawn();
    return at;
  }

  /** Waits for the question; the faces' places, by centre, worst first. */
  async ready() {
    await this.kiosk.process.line(/ screen name=question /);
    this.targets = {};
    for (const line of this.kiosk.process.lines) {
      const [, id, ...numbers] = line.match(/ target id=([\w-]+) x=(\d+) y=(\d+) w=(\d+) h=(\d+)/) ?? [];
      if (id) this.targets[id] = Object.fromEntries(["x", "y", "w", "h"].map((key, i) => [key, Number(numbers[i])]));
    }
    return [1, 2, 3, 4, 5].map((n) => this.targets[`face-${n}`]);
  }

  get pids() {
    return tree(this.kiosk.process.pid);
  }

  async stop() {
    await this.kiosk.process.stop();
  }
}

export class ChromiumSide {
  name = "Chromium";

  static create(world, screen, faces, { width = 1280, height = 800, ...options }) {
    const side = new ChromiumSide();
    const profile = world.path("profile");
    mkdirSync(profile, { recursive: true });
    const page = writePage(world, faces, options);
    Object.assign(side, { world, screen, args: [...ARGS, "--kiosk", "--touch-events=enabled", "--no-default-browser-check", `--user-data-dir=${profile}`, "--window-position=0,0", `--window-size=${width},${height}`, page] });
    return side;
  }

  start() {
    const at = nowUs();
    this.process = this.world.process("Chromium --kiosk", chromiumProgram(), this.args, { env: { DISPLAY: this.screen.display } });
    return at;
  }

  async ready() {}

  get pids() {
    return tree(this.process.pid);
  }

  async stop() {
    await this.process.stop();
  }
}

/** A process and all that descend from it. */
export function tree(pid) {
  const children = new Map();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const parent = statOf(name)?.[1];
    if (parent) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const all = [pid];
  for (let i = 0; i < all.length; i++) all.push(...(children.get(String(all[i])) ?? []));
  return all;
}

const readOr = (path, otherwise) => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return otherwise; // it has ended meanwhile
  }
};

const statOf = (pid) => readOr(`/proc/${pid}/stat`, null)?.replace(/^.*\) /, "").split(" ");

/** Memory of a side in MiB: what its processes share with each other and with others is counted by its share. */
export function pssMiB(pids) {
  const kib = pids.map((pid) => Number(readOr(`/proc/${pid}/smaps_rollup`, "").match(/^Pss: +(\d+) kB$/m)?.[1] ?? 0));
  return kib.reduce((a, b) => a + b, 0) / 1024;
}

/** Processor time that the living threads have used, in microseconds: the scheduler's own count, no ticks. */
export function cpuUs(pids) {
  let ns = 0;
  for (const pid of pids) {
    let tasks = [];
    try {
      tasks = readdirSync(`/proc/${pid}/task`);
    } catch {
      continue; // it has ended meanwhile
    }
    for (const task of tasks) ns += Number(readOr(`/proc/${pid}/task/${task}/schedstat`, "0").split(" ")[0]);
  }
  return ns / 1000;
}
