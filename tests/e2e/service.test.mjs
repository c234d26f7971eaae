// As a service of systemd: the units, the installation, and what the real aggregator tells its manager.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker } from "./lib/broker.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { mayTrace } from "./lib/strace.mjs";
import { waitFor } from "./lib/wait.mjs";
import { ASSETS, BIN, Skip, scenario } from "./lib/world.mjs";

const UNITS = join(ASSETS, "systemd");
// Of 10, where 10 is a plain service of root. The kiosk needs devices and a console.
const EXPOSURE_MOST = { "puas-aggregator": 2.0, "puas-kiosk": 2.8 };
const WATCHDOG_MS = 800;
const STALL_MS = 3000;

async function analyze(...args) {
  const done = await run("systemd-analyze", args, { env: { SYSTEMD_PAGER: "cat", SYSTEMD_COLORS: "0" }, ms: 30_000 });
  if (done.code === "not started") throw new Skip("systemd-analyze is not installed here");
  return done;
}

scenario("units: systemd finds nothing to complain about", async (world) => {
  const names = readdirSync(UNITS).filter((name) => name.endsWith(".service"));
  assert.deepEqual(names.sort(), ["puas-aggregator.service", "puas-kiosk.service"]);
  const verify = async (name, change) => {
    // The programs are where they were built, not where they will be installed.
    const text = change(readFileSync(join(UNITS, name), "utf8").replaceAll("/usr/local/bin", BIN));
    const file = join(world.folder("units"), name);
    writeFileSync(file, text);
    return analyze("verify", "--man=no", file);
  };
  for (const name of names) {
    const done = await verify(name, (text) => text);
    assert.deepEqual([done.code, done.lines], [0, []], `${name}: ${done.lines.join("\n")}`);
  }
  // The check itself sees a word that systemd does not know.
  const wrong = await verify("puas-kiosk.service", (text) => text.replace("WatchdogSec=", "WatchDogSeconds="));
  assert.match(wrong.lines.join("\n"), /WatchDogSeconds/);
});

scenario("units: little of the machine is exposed to them", async () => {
  for (const [name, most] of Object.entries(EXPOSURE_MOST)) {
    const done = await analyze("security", "--offline=true", "--no-pager", join(UNITS, `${name}.service`));
    const found = done.lines.join("\n").match(/Overall exposure level for \S+: ([\d.]+)/);
    assert.ok(found, `${name}: ${done.lines.slice(-3).join(" | ")}`);
    assert.ok(Number(found[1]) <= most, `${name} is exposed ${found[1]}, at most ${most} is wanted`);
  }
});

scenario("installation: programs, data and units lie where the units look for them; settings that are there stay", async (world) => {
  const dest = world.folder("root");
  const install = (env) => run(join(ASSETS, "run/install"), [], { env: { DESTDIR: dest, BIN, ...env } });
  const kept = join(dest, "etc/puas/kiosk.yaml");
  mkdirSync(join(dest, "etc/puas"), { recursive: true });
  writeFileSync(kept, "kiosk: mine\n");
  const done = await install({});
  assert.equal(done.code, 0, done.lines.join("\n"));
  assert.equal(readFileSync(kept, "utf8"), "kiosk: mine\n");
  for (const name of ["puas-aggregator", "puas-kiosk"]) {
    const unit = readFileSync(join(dest, `usr/local/lib/systemd/system/${name}.service`), "utf8");
    const program = unit.match(/^ExecStart=(\S+)/m)[1];
    const version = await run(join(dest, program), ["--version"]);
    assert.equal(version.code, 0, version.lines.join("\n"));
  }
  const settings = readFileSync(join(dest, "etc/puas/aggregator.yaml"), "utf8");
  assert.doesNotMatch(settings, /@\w+@/);
  assert.match(settings, /^data: \/var\/lib\/puas-aggregator$/m);
  const share = join(dest, "usr/local/share/puas");
  assert.ok(existsSync(join(share, "faces/face-5.svg")));

  // The sample surveys can be shown, and read aloud: what speaks is a stand-in, which writes down what it is asked.
  const samples = readdirSync(join(share, "surveys"));
  assert.deepEqual(samples, readdirSync(join(ASSETS, "surveys")));
  writeFileSync(world.path("espeak-ng"), '#!/bin/sh\nwhile [ $# -gt 1 ]; do [ "$1" = -w ] && file=$2; shift; done\necho "$1" >"$file"\n', { mode: 0o755 });
  const spoken = world.path("spoken");
  const env = { PATH: `${world.dir}:${process.env.PATH}`, BIN: "" };
  for (const sample of samples) {
    const own = world.path(`${sample}.kiosk`); // as a kiosk's own file
    const more = `kiosk: k1\nbranch: b\norg: o\nstate_dir: v\nassets: ${share}\ncontact_key: ${Buffer.alloc(32, 9).toString("base64")}\n`;
    writeFileSync(own, more + readFileSync(join(share, "surveys", sample), "utf8"));
    const said = await run(join(share, "speech/make"), [join(spoken, sample), "--config", own], { env });
    assert.equal(said.code, 0, said.lines.join("\n"));
    assert.match(said.lines.join("\n"), /speech: [1-9]\d* sentences made/);
  }

  const other = world.folder("opt-root");
  const role = await install({ DESTDIR: other, ROLE: "kiosk", PREFIX: "/opt/puas" });
  assert.equal(role.code, 0, role.lines.join("\n"));
  assert.match(readFileSync(join(other, "opt/puas/lib/systemd/system/puas-kiosk.service"), "utf8"), /^ExecStart=\/opt\/puas\/bin\/puas-kiosk /m);
  assert.ok(!existsSync(join(other, "opt/puas/bin/puas-aggregator")), "a kiosk gets no aggregator");
  const server = world.folder("server-root");
  assert.equal((await install({ DESTDIR: server, ROLE: "server" })).code, 0);
  assert.ok(existsSync(join(server, "usr/local/share/puas/surveys/everyday.yaml")), "a server pushes surveys");
  assert.ok(!existsSync(join(server, "usr/local/share/puas/speech")), "and says nothing");
  const bad = await install({ ROLE: "toaster" });
  assert.equal(bad.code, 2);
});

/** The aggregator under a manager of ours. */
async function watched(world) {
  const socket = world.path("notify");
  const manager = world.process("puas-manager", `${BIN}/tools/puas-manager`, [socket]);
  await manager.line(/^ready$/);
  chmodSync(socket, 0o666);
  const broker = await Broker.start(world);
  const env = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: String(WATCHDOG_MS * 1000) };
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port, env, times: { tick: "10 s" } });
  return { manager, aggregator };
}

scenario("service: ready once it serves, alive in a loop that has nothing to do, stopping at the end", async (world) => {
  const { manager, aggregator } = await watched(world);
  await manager.line(/^told READY=1$/);
  await manager.line(/^told STATUS=storing and serving$/);
  await Session.login(aggregator.url);
  for (let i = 0, from = 0; i < 5; i++) from = (await manager.line(/^told WATCHDOG=1$/, { from, ms: WATCHDOG_MS })).line + 1;
  await aggregator.stop();
  await manager.line(/^told STOPPING=1$/);
  assert.equal(manager.lines.filter((line) => line === "told READY=1").length, 1);
});

scenario("service: a core that stands still gives no sign of life, though the pages still answer", async (world) => {
  mayTrace();
  const { manager, aggregator } = await watched(world);
  await manager.line(/^told WATCHDOG=1$/);
  // A disk that hangs: the next commit stands in its fdatasync.
  const args = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", `inject=fdatasync:delay_enter=${STALL_MS}ms:when=1`, "-p", `${aggregator.process.pid}`];
  const strace = world.process("strace", "strace", args);
  await waitFor("strace to hold it", () => {
    assert.ok(strace.running, strace.lines.join(" "));
    const tasks = readdirSync(`/proc/${aggregator.process.pid}/task`);
    return tasks.every((id) => /^TracerPid:\t[1-9]/m.test(readFileSync(`/proc/${aggregator.process.pid}/task/${id}/status`, "utf8")));
  });
  const login = Session.login(aggregator.url); // its session is committed: it waits
  const core = () => readFileSync(`/proc/${aggregator.process.pid}/task/${aggregator.process.pid}/status`, "utf8");
  let signs = manager.mark();
  let quietSince = performance.now();
  await waitFor(
    () => `no sign of life for ${WATCHDOG_MS} ms; core: ${core().match(/^State:.*$/m)}`,
    () => {
      if (manager.mark() !== signs) [signs, quietSince] = [manager.mark(), performance.now()];
      return performance.now() - quietSince > WATCHDOG_MS; // systemd would kill it now
    },
    STALL_MS,
  );
  const page = await new Session(aggregator.url).raw("GET", "/");
  assert.equal(page.status, 200);
  assert.equal(manager.mark(), signs, "still no sign");
  await manager.line(/^told WATCHDOG=1$/, { from: signs }); // the disk has come back
  await login;
});
