// The real aggregator, with quick times.
import { writeFileSync } from "node:fs";
import { BIN, freePorts } from "./world.mjs";
import { SECRET } from "./broker.mjs";
import { inline, template, write } from "./config.mjs";
import { Store } from "./store.mjs";

const STORE = { disk_warn: "0 MB", disk_stop: "0 MB" }; // however full the disk of this machine is
const TIMES = { inhibit: "300 ms", backoff_min: "50 ms", backoff_max: "300 ms", steady: "500 ms", tick: "50 ms" };

export class Aggregator {
  /** `change` may change the text of the configuration; `control`: it gives kiosks their passwords, at a broker with the plugin. */
  static async start(world, { brokerPort, control = false, times = {}, store = {}, backup = {}, change = (text) => text, data, args = [], env = {}, wait = true } = {}) {
    const a = new Aggregator();
    a.world = world;
    a.data = data ?? world.folder("aggregator");
    world.folder("secrets");
    for (const name of ["aggregator", "manager", "admin"]) writeFileSync(world.path("secrets", name), `${SECRET}\n`);
    [a.httpPort] = await freePorts(1);
    a.url = `http://127.0.0.1:${a.httpPort}`;
    const text = template("aggregator.yaml.in", { VAR: world.dir, BROKER_PORT: brokerPort, HTTP_PORT: a.httpPort, USER: "" })
      .replace(`data: ${world.dir}/aggregator`, `data: ${a.data}`)
      .replace(/^ {2}control: .*\n/m, (line) => (control ? line : ""))
      // Taps of a test come quickly: no two of them are a mash.
      .replace(/mash: .*$/gm, "mash: 0 s")
      .replace(/^seed:/m, `times: ${inline({ ...TIMES, ...times })}\nstore: ${inline({ ...STORE, ...store })}\nbackup: ${inline(backup)}\nseed:`);
    a.file = write(world.path("aggregator.yaml"), change(text));
    a.args = args;
    a.env = env;
    a.store = new Store(`${a.data}/puas.db`);
    if (wait) await a.up();
    return a;
  }

  spawn() {
    this.process = this.world.process("puas-aggregator", `${BIN}/puas-aggregator`, ["--config", this.file, "-v", ...this.args], { env: this.env });
    return this.process;
  }

  async up() {
    this.spawn();
    this.run = (await this.process.line(/ core_ready run=(\w+)/))[1];
    await this.process.line(/ broker_connected /);
  }

  kill() {
    return this.process.kill();
  }

  stop() {
    return this.process.stop();
  }
}
