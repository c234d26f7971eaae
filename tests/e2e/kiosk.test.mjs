// The kiosk as hardware has it: a thousand touches, a panel on its side, a keypad, the menu for staff, light and sound, a
// clock that jumps, a service manager.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import mqtt from "mqtt";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { MouseScreen, TouchScreen } from "./lib/display.mjs";
import { Kiosk } from "./lib/kiosk.mjs";
import { run } from "./lib/process.mjs";
import { query } from "./lib/store.mjs";
import { mayTrace } from "./lib/strace.mjs";
import { random, sleep, waitFor } from "./lib/wait.mjs";
import { ASSETS, BIN, scenario } from "./lib/world.mjs";

const ID = "dago-entrance";
const answers = (kiosk) => query(`${kiosk.state}/outbox.db`, "SELECT seq, up, at, score, levels, question, options, text, since, \"by\" FROM event ORDER BY seq");

// ---------------------------------------------------------------- touches
const TOUCHES = 1000;
const SETTLE_MS = 40;
const PAUSE_MOST_MS = 70;
const SLACK_MS = 1000; // of a machine that stalls

scenario("1,000 touches give exactly 1,000 answers minus those that the rules lock out", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await TouchScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, times: { press: "5 ms", thanks: "10 ms", settle: `${SETTLE_MS} ms` } });
  const { targets } = kiosk;
  const dice = random(Number(process.env.PUAS_SEED ?? 20261126));
  const from = screen.finger.mark();
  const scores = [];
  for (let i = 0; i < TOUCHES; i++) {
    const score = dice.int(1, 5);
    const { x, y } = targets[`face-${score}`];
    scores.push(score);
    screen.finger.say(`down 1 ${x} ${y}`);
    screen.finger.say(`up 1 ${x} ${y}`);
    await sleep(dice.share() < 0.6 ? dice.int(0, 15) : dice.int(30, PAUSE_MOST_MS)); // of the scene: most come within the lock-out
  }
  await waitFor("all touches to be made", () => screen.finger.mark() === from + 2 * TOUCHES);
  const touches = scores.map((score, i) => ({ score, at: Number(screen.finger.lines[from + 2 * i].match(/^ok (\d+)$/)[1]) / 1000 }));

  // What the kiosk says of itself adds up: an answer or an ignored press, nothing else.
  const told = async () => [await aggregator.store.count(), await aggregator.store.one(`SELECT ignored FROM kiosk WHERE id = '${ID}'`)];
  await waitFor(async () => `answers and ignored presses to be ${TOUCHES}: ${await told()}`, async () => (await told()).reduce((a, b) => a + b) === TOUCHES);
  const [stored, ignored] = await told();
  await kiosk.drained();
  const rows = await answers(kiosk);
  assert.equal(rows.length, stored);
  assert.deepEqual((await aggregator.store.events()).map((row) => row.score), rows.map((row) => row.score));
  assert.deepEqual(rows.map((row) => row.seq), rows.map((_, i) => i + 1));
  assert.ok(stored > 200 && ignored > 300, `both happen: ${stored} answers, ${ignored} ignored`);

  // By the touches' own clock (the first one is an answer, that tells what the kiosk's clock shows): each answer is a touch
  // of that face, two of them are never closer than the rule wants, and none was lost that came after the lock-out.
  const offset = rows[0].up - touches[0].at;
  let next = 0;
  for (const row of rows) {
    const near = (touch) => Math.abs(touch.at + offset - row.up);
    let best = -1;
    for (let i = next; i < touches.length && touches[i].at + offset < row.up + SLACK_MS; i++) {
      if (touches[i].score === row.score && near(touches[i]) < SLACK_MS && (best < 0 || near(touches[i]) < near(touches[best]))) best = i;
    }
    assert.ok(best >= 0, `answer ${row.seq} is no touch`);
    next = best + 1;
  }
  const gaps = rows.slice(1).map((row, i) => row.up - rows[i].up);
  assert.ok(Math.min(...gaps) >= SETTLE_MS, `${Math.min(...gaps)} ms between two answers`);
  assert.ok(Math.max(...gaps) < SETTLE_MS + PAUSE_MOST_MS + SLACK_MS, `${Math.max(...gaps)} ms without an answer`);
});

// ---------------------------------------------------------------- a panel on its side
const [LONG, SHORT] = [780, 500];
// Where a point of the upright picture (500 x 780) is on a panel (780 x 500) that shows it turned clockwise.
const TURNED = {
  90: ({ x, y }) => ({ x: LONG - 1 - y, y: x }),
  270: ({ x, y }) => ({ x: y, y: SHORT - 1 - x }),
};

scenario("a panel on its side: the picture is turned, and a touch means what is seen there", async (world) => {
  const broker = await Broker.start(world);
  const screen = await TouchScreen.start(world);
  const start = async (name, size, angle) => {
    const change = (text) => text.replace(/^screen:\n.*\n/m, `screen: { width: ${size[0]}, height: ${size[1]}, rotate: ${angle} }\n`);
    const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, state: world.path(name), change, times: { idle: "600 s" } });
    const [, x, y] = kiosk.process.find(/ window driver=\w+ x=(\d+) y=(\d+) /).map(Number);
    return { kiosk, at: (p) => ({ x: p.x + x, y: p.y + y }), of: (p) => ({ x: p.x - x, y: p.y - y }) };
  };
  const pixels = async (points) => {
    const seen = [];
    for (const { x, y } of points) seen.push(await screen.pixel(x, y));
    return seen;
  };
  const points = [];
  for (let x = 13; x < SHORT; x += 25) for (let y = 13; y < LONG; y += 25) points.push({ x, y });
  const upright = await start("upright", [SHORT, LONG], 0);
  const faces = [1, 2, 3, 4, 5].map((score) => upright.of(upright.kiosk.targets[`face-${score}`]));
  const seen = await pixels(points.map(upright.at));
  assert.ok(new Set(seen).size > 5, "there is something to see");
  await upright.kiosk.process.stop();
  for (const [angle, turn] of Object.entries(TURNED)) {
    const { kiosk, at } = await start(`turned-${angle}`, [LONG, SHORT], angle);
    const now = await pixels(points.map((p) => at(turn(p))));
    const same = now.filter((colour, i) => colour === seen[i]).length;
    assert.equal(same, points.length, `turned by ${angle}: ${same} of ${points.length} points are as they are upright`);
    for (const score of [1, 5, 2, 4, 3]) {
      const finger = at(turn(faces[score - 1]));
      const from = kiosk.process.mark();
      await screen.tap(finger.x, finger.y);
      const { line } = await kiosk.process.line(/ screen name=thanks /, { from });
      await kiosk.process.line(/ screen name=question /, { from: line });
    }
    assert.deepEqual((await answers(kiosk)).map((row) => row.score), [1, 5, 2, 4, 3]);
    assert.deepEqual(kiosk.targets["face-1"], at(turn(faces[0])), "the log tells where it is on the panel");
    await kiosk.process.stop();
  }
});

// ---------------------------------------------------------------- a keypad
const KEYPAD_SURVEY = `survey:
  id: service
  version: 7
  questions:
    - { id: overall, type: faces, of: 5 }
    - { id: why, type: choice, options: [ { id: wait }, { id: counters }, { id: staff } ] }
    - { id: liked, type: choice, several: true, options: [ { id: staff }, { id: room }, { id: procedure } ] }
    - { id: nps, type: nps }
    - { id: again, type: nps }
    - { id: ticket, type: number, digits: 3 }
`;

scenario("keypad: a whole visit, then the menu for staff and a restart from it", async (world) => {
  const broker = await Broker.start(world);
  const screen = await MouseScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, survey: KEYPAD_SURVEY, times: { settle_step: "0 s" } });
  let shown = 0; // the last screen begins there in the log
  const strike = async (next, ...keys) => {
    const from = kiosk.process.mark();
    await screen.key(...keys);
    shown = (await kiosk.process.line(next, { from })).line;
    return from;
  };
  // Moves the focus to a target, which comes after those that the log tells before it, and presses it.
  const choose = async (name, next, from, enter = "Return") => {
    await kiosk.process.line(new RegExp(` target id=${name} `), { from });
    const names = kiosk.process.lines.slice(from).flatMap((line) => line.match(/ target id=(\S+)/)?.[1] ?? []);
    return strike(next, ...Array(names.lastIndexOf(name) - names.lastIndexOf(names[0]) + 1).fill("Tab"), enter);
  };
  await screen.tap(5, 700); // beside everything: the pointer is on the window, so the keys are the kiosk's
  await strike(/ screen name=choice .*question=why/, "4");
  const liked = await strike(/ screen name=choice .*question=liked/, "Right", "Right", "Return"); // the second tile
  await screen.key("1", "3", "KP_1", "KP_2"); // the first one is taken back
  await choose("done", / screen name=nps .*question=nps/, liked, "KP_Enter");
  await strike(/ screen name=nps .*question=again/, "0");
  const ticket = await strike(/ screen name=number /, "KP_Multiply");
  await screen.key("7", "KP_0", "4");
  await choose("done", / screen name=thanks /, ticket);
  await kiosk.process.line(/ screen name=question /, { from: shown });
  assert.deepEqual(
    (await answers(kiosk)).map((row) => [row.question, row.options || row.text || row.score, row.by]),
    [["overall", 4, "key"], ["why", "counters", "key"], ["liked", "room procedure", "key"], ["nps", 1, "key"], ["again", 11, "key"], ["ticket", "704", "key"]],
  );

  // Staff: the logo held, a wrong PIN, the right one.
  const held = kiosk.process.mark();
  await screen.down(70, kiosk.targets["lang-id"].y); // in one row with the languages
  const menu = await kiosk.process.line(/ service_menu version="dago-entrance, \S+" network="127\.0\.0\.1:\d+: online" outbox="6 " content="service 7, own file"/, { from: held });
  await kiosk.process.line(/ screen name=service /, { from: held });
  await screen.up();
  await screen.key("4", "7", "1", "2");
  await screen.key("4", "7", "1", "1");
  await choose("service-14", / stopped again=1/, menu.line);
  await kiosk.process.line(/ started kiosk=\S+ branch=\S+ boot=2 /);
  await kiosk.process.line(/ screen name=question /, { from: shown });
});

// ---------------------------------------------------------------- light and sound
/** Puts a document of this kiosk on the broker, as the aggregator does. */
async function pusher(world, broker) {
  const c = await mqtt.connectAsync({ host: "127.0.0.1", port: broker.port, username: "aggregator", password: SECRET, clientId: "test-pusher", reconnectPeriod: 0 });
  world.own("pusher", () => c.endAsync(true));
  return (content) => {
    const document = JSON.stringify({ kiosk: ID, branch: "bandung-dago", place: "", content });
    const sha256 = createHash("sha256").update(document).digest("hex");
    return c.publishAsync(`puas/1/kiosk/${ID}/config`, JSON.stringify({ v: 1, sha256, document }), { qos: 1, retain: true });
  };
}

const document = (more) => ({ languages: ["id", "en"], language: "id", survey: { id: "exit", version: 2, questions: [{ id: "overall", type: "faces", of: 5 }] }, ...more });

scenario("brightness: the panel's light follows the document, without one the picture is shaded", async (world) => {
  const broker = await Broker.start(world, { users: ["aggregator", ID] });
  const push = await pusher(world, broker);
  const screen = await TouchScreen.start(world);
  const light = world.folder("backlight");
  writeFileSync(join(light, "max_brightness"), "255\n");
  writeFileSync(join(light, "brightness"), "3\n"); // as somebody left it
  const level = (n) => waitFor(() => `the panel's light at ${n}, it is ${readFileSync(join(light, "brightness"), "utf8")}`, () => readFileSync(join(light, "brightness"), "utf8") === `${n}\n`);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, times: { idle: "600 s" }, change: (text) => text.replace(/^screen:\n/m, `screen:\n  backlight: ${light}\n`) });
  await level(255);
  await push(document({ brightness: 40 }));
  await level(102);
  await push(document({ brightness: 20 }));
  await level(51);
  const bright = await screen.pixel(20, 400);
  await kiosk.process.stop();

  // A panel whose light cannot be set: said once, and the picture is shaded.
  writeFileSync(join(light, "max_brightness"), "none\n");
  await push(document({ brightness: 50 }));
  await kiosk.up();
  await kiosk.process.line(/ backlight_unusable /);
  const sum = (colour) => [0, 2, 4].reduce((n, i) => n + parseInt(colour.slice(i, i + 2), 16), 0);
  await waitFor("half the light", async () => Math.abs(sum(await screen.pixel(20, 400)) / sum(bright) - 0.5) < 0.05);
  assert.equal(kiosk.process.find(/ content_refused /), null);
});

/** The loudest of the samples that the disk driver of SDL has written by now. */
function peak(file) {
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  let most = 0;
  for (let i = 0; i + 1 < bytes.length; i += 2) most = Math.max(most, Math.abs(bytes.readInt16LE(i)));
  return most;
}

scenario("read aloud: every sentence of every screen has its file, in the volume of the document", async (world) => {
  const broker = await Broker.start(world, { users: ["aggregator", ID] });
  const push = await pusher(world, broker);
  const screen = await MouseScreen.start(world);
  const sound = world.path("sound.raw");
  const folder = world.folder("speech");
  const env = { SDL_AUDIODRIVER: "disk", SDL_DISKAUDIOFILE: sound, SDL_DISKAUDIODELAY: "1" };
  const kiosk = await Kiosk.start(world, {
    brokerPort: broker.port, screen, survey: KEYPAD_SURVEY, env, wait: false, times: { settle_step: "0 s", step: "60 s", typing: "60 s", thanks: "200 ms" },
    change: (text) => text.replace(/^tally:.*\n/m, "").replace(/^times:/m, `speech: ${folder}\ntimes:`),
  });
  const made = await run(join(ASSETS, "speech/make"), [folder, "--config", kiosk.file], { env: { BIN }, ms: 60_000 });
  assert.match(made.lines.at(-1), /^speech: \d{2,} sentences made in /);
  await kiosk.up();
  await screen.tap(5, 700);
  for (const lang of ["id", "en"]) {
    if (lang === "en") {
      const from = kiosk.process.mark();
      await kiosk.touch("lang-en");
      await kiosk.process.line(/ screen name=question lang=en /, { from });
    }
    let from = kiosk.process.mark();
    await screen.key("F1");
    await kiosk.process.line(/ speech sentences=[1-9]/, { from });
    for (const [key, next] of [["3", "choice"], ["KP_Decimal", "choice"], ["KP_Decimal", "nps"], ["KP_Decimal", "nps"], ["KP_Decimal", "number"], ["KP_Decimal", "thanks"]]) {
      from = kiosk.process.mark();
      await screen.key(key);
      const { line } = await kiosk.process.line(new RegExp(` screen name=${next} lang=${lang} `), { from });
      await kiosk.process.line(/ speech sentences=[1-9]/, { from });
      if (next === "choice") { // what has the focus is said, too
        from = kiosk.process.mark();
        await screen.key("Tab");
        await kiosk.process.line(/ speech sentences=1 /, { from });
      }
      if (next === "thanks") await kiosk.process.line(/ screen name=question /, { from: line });
    }
  }
  const said = kiosk.process.lines.flatMap((line) => line.match(/ speech sentences=(\d+) said=(\d+)/)?.slice(1, 3).map(Number) ?? []);
  assert.ok(said.length >= 2 * 18, `${said.length / 2} times`);
  for (let i = 0; i < said.length; i += 2) assert.equal(said[i + 1], said[i], kiosk.process.lines.filter((line) => / speech /.test(line)).join("\n"));

  // The same sentence, loud and low.
  const loudness = async (volume) => {
    let from = kiosk.process.mark();
    await push(document({ volume, language: "en", languages: ["en", "id"] }));
    await kiosk.process.line(/ content survey=exit /, { from });
    from = kiosk.process.mark();
    await screen.key("F1");
    await kiosk.process.line(/ speech sentences=\d said=[1-9]/, { from });
    await waitFor("sound", () => existsSync(sound) && statSync(sound).size > 2 * 22050 && peak(sound) > 0);
    await waitFor("a sentence of it", () => statSync(sound).size > 3 * 2 * 22050);
    const loud = peak(sound);
    await screen.key("F1"); // off: the device is closed
    return loud;
  };
  const loud = await loudness(80);
  const low = await loudness(20);
  assert.ok(loud > 2000, `${loud}`);
  assert.ok(Math.abs(low / loud - 0.25) < 0.05, `${low} of ${loud}`);
  const from = kiosk.process.mark();
  await push(document({ volume: 0 }));
  await kiosk.process.line(/ content survey=exit /, { from });
  await screen.key("F1");
  await kiosk.process.line(/ speech sentences=\d said=0/, { from });
});

// ---------------------------------------------------------------- a service manager
const WATCHDOG_MS = 800;

/** A kiosk under a manager of ours, without a broker: that is no reason not to be ready. */
async function managed(world, times) {
  const socket = world.path("notify");
  const manager = world.process("puas-manager", `${BIN}/tools/puas-manager`, [socket]);
  await manager.line(/^ready$/);
  chmodSync(socket, 0o666);
  const screen = await TouchScreen.start(world);
  const env = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: String(WATCHDOG_MS * 1000) };
  return { manager, kiosk: await Kiosk.start(world, { brokerPort: 1, screen, env, times }) };
}

scenario("service: the kiosk is ready once it can be touched, alive while nobody touches it, stopping at the end", async (world) => {
  const { manager, kiosk } = await managed(world);
  await manager.line(/^told READY=1$/);
  for (let i = 0, from = 0; i < 5; i++) from = (await manager.line(/^told WATCHDOG=1$/, { from, ms: WATCHDOG_MS })).line + 1;
  await kiosk.rate(4);
  // A window that stands still gives no sign of life.
  process.kill(kiosk.process.pid, "SIGSTOP");
  let signs = manager.mark();
  let quietSince = performance.now();
  await waitFor("systemd to have reason to kill it", () => {
    if (manager.mark() !== signs) [signs, quietSince] = [manager.mark(), performance.now()];
    return performance.now() - quietSince > WATCHDOG_MS;
  });
  process.kill(kiosk.process.pid, "SIGCONT");
  await manager.line(/^told WATCHDOG=1$/, { from: signs });
  await kiosk.rate(2);
  await kiosk.process.stop();
  await manager.line(/^told STOPPING=1$/);
  assert.equal(manager.lines.filter((line) => line === "told READY=1").length, 1);
});

scenario("service: an end waits for the commit of the answer, but not for a disk that hangs", async (world) => {
  mayTrace();
  const { manager, kiosk } = await managed(world, { save_timeout: "60 s" });
  const hang = async (ms) => {
    const args = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", `inject=fdatasync:delay_enter=${ms}ms:when=1`, "-p", `${kiosk.process.pid}`];
    const strace = world.process("strace", "strace", args);
    await waitFor("strace to hold it", () => {
      assert.ok(strace.running, strace.lines.join(" "));
      return readdirSync(`/proc/${kiosk.process.pid}/task`).every((id) => /^TracerPid:\t[1-9]/m.test(readFileSync(`/proc/${kiosk.process.pid}/task/${id}/status`, "utf8")));
    });
    await kiosk.answer("face-4", "pressed");
    const from = manager.mark();
    const started = performance.now();
    process.kill(kiosk.process.pid, "SIGTERM");
    await manager.line(/^told STOPPING=1$/, { from });
    const waited = performance.now() - started;
    await kiosk.process.ended;
    return waited;
  };
  const patient = await hang(700);
  assert.ok(patient > 300 && patient < 1900, `${patient} ms for a commit of 700 ms`);
  assert.deepEqual((await answers(kiosk)).map((row) => row.score), [4]);
  await kiosk.up();
  const limited = await hang(4000);
  assert.ok(limited > 1900 && limited < 3500, `${limited} ms for a disk that hangs`);
});

// ---------------------------------------------------------------- a clock that jumps
const FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

scenario("a wall clock that jumps by days: nothing storms, nothing is lost, ages are not negative", async (world) => {
  const library = [FAKETIME, ...["aarch64-linux-gnu", "arm-linux-gnueabihf"].map((arch) => FAKETIME.replace("x86_64-linux-gnu", arch))].find(existsSync);
  assert.ok(library, "faketime is missing: make test-deps");
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await TouchScreen.start(world);
  const clock = world.path("clock");
  const jump = (offset) => writeFileSync(clock, offset);
  jump("+0");
  const env = { LD_PRELOAD: library, FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_NO_CACHE: "1", FAKETIME_DONT_FAKE_MONOTONIC: "1" };
  const change = (text) => text.replace(/^times:/m, `hours: [ { days: daily, open: "00:00", close: "24:00" } ]\ntimes:`);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, env, change });
  const jumps = ["+0", "+3d", "-2d", "+400d", "-56y", "+0"];
  for (const [i, offset] of jumps.entries()) {
    jump(offset);
    await kiosk.rate(1 + (i % 5));
    await kiosk.rate(5);
  }
  const rows = await answers(kiosk);
  assert.deepEqual(rows.map((row) => row.seq), rows.map((_, i) => i + 1));
  assert.equal(rows.length, 2 * jumps.length);
  const days = rows.filter((_, i) => i % 2 === 0).map((row) => Math.round((row.at - rows[0].at) / 86_400_000));
  assert.deepEqual(days.slice(0, 4), [0, 3, -2, 400], "the jumps were seen");
  for (let i = 1; i < rows.length; i++) {
    assert.ok(rows[i].up > rows[i - 1].up, "the other clock goes on");
    assert.ok(rows[i].since >= 0 && rows[i].since < 15_000, `${rows[i].since} ms since the press before`);
  }
  const told = kiosk.process.mark();
  assert.ok(told < 400, `${told} lines in the log`);
  assert.equal(kiosk.process.find(/ screen name=(closed|out-of-service|try-again) /), null);
  await kiosk.drained();
  await waitFor("all of them in the store", async () => (await aggregator.store.count()) === rows.length);
  const health = () => aggregator.store.query(`SELECT unacknowledged, ignored, errors FROM kiosk WHERE id = '${ID}'`);
  await waitFor(async () => `a calm health: ${JSON.stringify(await health())}`, async () => (await health())[0].unacknowledged === 0);
  assert.equal((await health())[0].errors, 0);
  // Left alone it sleeps: a jump wakes nothing.
  const ticks = () => Number(readFileSync(`/proc/${kiosk.process.pid}/schedstat`, "utf8").split(" ")[2]);
  const before = ticks();
  for (const offset of ["+3d", "-9d", "+0"]) jump(offset);
  const heard = () => aggregator.store.one(`SELECT heard_at FROM kiosk WHERE id = '${ID}'`);
  const then = await heard();
  await waitFor("a second of healths", async () => (await heard()) > then + 1000);
  assert.ok(ticks() - before < 200, `${ticks() - before} turns of the window`);
});
