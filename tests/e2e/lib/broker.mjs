// A mosquitto of our own, with the configuration and the ACL that `make run` uses.
import { chmodSync, copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { connect } from "node:net";
import { ASSETS, freePorts } from "./world.mjs";
import { run } from "./process.mjs";
import { waitFor } from "./wait.mjs";

export const SECRET = "only-for-tests";
const PLUGIN = readdirSync("/usr/lib").map((folder) => `/usr/lib/${folder}/mosquitto_dynamic_security.so`).find((file) => existsSync(file));

export function answers(port) {
  return new Promise((done) => {
    const socket = connect(port, "127.0.0.1", () => done(true));
    socket.on("error", () => done(false));
    socket.on("close", () => socket.destroy());
    socket.on("connect", () => socket.destroy());
  });
}

export class Broker {
  /** `users`: names that may connect, all with SECRET. `plugin`: that of dynamic security, which lets in others too. */
  static async start(world, { users = ["aggregator", "dago-entrance"], persistence = false, plugin = false } = {}) {
    const broker = new Broker();
    broker.world = world;
    [broker.port] = await freePorts(1);
    world.folder("broker");
    world.folder("log");
    const passwords = world.path("broker/passwords");
    writeFileSync(passwords, users.map((user) => `${user}:${SECRET}\n`).join(""), { mode: 0o600 });
    const made = await run("mosquitto_passwd", ["-U", passwords], { env: sbin() });
    if (made.code !== 0) throw new Error(`mosquitto_passwd: ${made.lines.join(" ")}`);
    copyFileSync(join(ASSETS, "config/mosquitto.acl"), world.path("broker/acl"));
    chmodSync(world.path("broker/acl"), 0o600);
    let text = readFileSync(join(ASSETS, "config/mosquitto.conf.in"), "utf8");
    const words = { VAR: world.dir, BROKER_PORT: broker.port, USER: userInfo().username, PLUGIN };
    text = text.replace(/@([A-Z_]+)@/g, (_, word) => words[word]);
    broker.clients = world.path("broker/dynamic-security.json");
    if (plugin) writeFileSync(broker.clients, "", { mode: 0o600 });
    else text = text.replace(/^plugin.*\n/gm, "");
    if (persistence) text = text.replace(/^persistence false$/m, `persistence true\npersistence_location ${world.path("broker")}/\nautosave_interval 1`);
    broker.file = world.path("broker/mosquitto.conf");
    writeFileSync(broker.file, text);
    await broker.up();
    return broker;
  }

  async up() {
    this.process = this.world.process("mosquitto", "mosquitto", ["-c", this.file], { env: sbin() });
    await waitFor("mosquitto to listen", async () => {
      if (!this.process.running) throw new Error(`mosquitto ended: ${this.process.lines.join(" ")}`);
      return answers(this.port);
    });
  }

  /** Gone at once, with all it had in memory. */
  kill() {
    return this.process.kill();
  }
}

export function sbin() {
  return { PATH: `${process.env.PATH}:/usr/sbin:/sbin` };
}
