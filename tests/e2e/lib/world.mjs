// A world: everything one scenario starts, in a folder of its own. It is torn down at the end, last first, also after
// a failure; then the last lines of every log are printed.
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, test } from "node:test";
import { Process } from "./process.mjs";
import { within } from "./wait.mjs";

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), "../../..");
export const BIN = process.env.PUAS_BIN ?? join(ROOT, "build/release");
export const ASSETS = join(ROOT, "assets");
export const SHOTS = process.env.PUAS_SHOTS ?? join(ROOT, "build/shots");

const SCENARIO_MS = process.env.PUAS_SOAK ? 1_800_000 : 120_000;
const LAST_LINES = 25;

/** What the scenarios of a file share: it takes its time to start, and each has a part of its own in it. */
const shared = new Map();

export class World {
  /** `lasting`: where what is shared is kept; without it, it ends with this world. */
  constructor(lasting) {
    this.lasting = lasting;
    this.dir = mkdtempSync(join(tmpdir(), "puas-"));
    this.parts = []; // { name, stop, lines? } in the order of their start
    this.notes = [];
  }

  path(...parts) {
    return join(this.dir, ...parts);
  }

  folder(...parts) {
    const path = this.path(...parts);
    mkdirSync(path, { recursive: true });
    return path;
  }

  process(name, command, args, options) {
    const p = new Process(name, command, args, options);
    this.parts.push({ name, stop: () => p.running && p.stop("SIGTERM", 4000).catch(() => {}), log: p });
    return p;
  }

  /** Something else that needs an end. */
  own(name, stop) {
    this.parts.push({ name, stop });
  }

  /** Something with `close()` that an earlier scenario has started and that is still `good`, or else a new one. */
  async share(name, good, start) {
    const old = this.lasting?.get(name);
    if (old && good(old)) return old;
    const fresh = await start();
    if (this.lasting) this.lasting.set(name, fresh);
    else this.own(name, () => fresh.close());
    return fresh;
  }

  note(text) {
    this.notes.push(text);
  }

  logs() {
    const said = [...this.notes.map((note) => `   ${note}`)];
    for (const { name, log } of this.parts) {
      if (!log) continue;
      said.push(`-- ${name} (${log.running ? "running" : `ended: ${log.code}`})`);
      said.push(...log.lines.filter((line) => !/ target id=/.test(line)).slice(-LAST_LINES).map((line) => `   ${line}`));
    }
    return said.join("\n");
  }

  async close() {
    for (const part of this.parts.reverse()) {
      try {
        await within(`${part.name} to end`, Promise.resolve(part.stop()), 15_000);
      } catch (error) {
        process.stderr.write(`cleaning up: ${error.message}\n`);
      }
    }
    if (!process.env.PUAS_KEEP) rmSync(this.dir, { recursive: true, force: true });
  }
}

export class Skip extends Error {}

// Every scenario is told to the runner when it is declared and when it has ended: one that never ends is a failure.
function tell(record) {
  if (process.env.PUAS_RESULTS) appendFileSync(process.env.PUAS_RESULTS, `${JSON.stringify(record)}\n`);
}

let declared = 0;

/** One test. `body` gets a world; it throws Skip with a reason where this machine cannot do it. */
export function scenario(name, body, { ms = SCENARIO_MS } = {}) {
  tell({ name, declared: true });
  if (!declared++) after(() => Promise.all([...shared.values()].map((each) => each.close())));
  test(name, { timeout: ms + 60_000 }, async (t) => {
    const started = performance.now();
    const world = new World(shared);
    const done = (outcome, why = "") => tell({ name, outcome, why, seconds: (performance.now() - started) / 1000 });
    try {
      await within(`'${name}' to end`, body(world), ms);
      done("passed");
    } catch (error) {
      if (error instanceof Skip) {
        done("skipped", error.message);
        t.skip(error.message);
        return;
      }
      done("failed", error.message);
      process.stderr.write(`\n== ${name}: ${error.stack}\n${world.logs()}\n\n`);
      throw error;
    } finally {
      await world.close();
    }
  });
}

/** Ports that are free now on loopback. */
export async function freePorts(n) {
  const servers = [];
  for (let i = 0; i < n; i++) {
    const server = createServer();
    await new Promise((done, fail) => server.once("error", fail).listen(0, "127.0.0.1", done));
    servers.push(server);
  }
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
