// A visit of several questions, touched on the real kiosk: every answer is an event of its own, kept also when the
// customer walks away, and the reasons reach the page.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker } from "./lib/broker.mjs";
import { Browser } from "./lib/browser.mjs";
import { TouchScreen } from "./lib/display.mjs";
import { Kiosk } from "./lib/kiosk.mjs";
import { query } from "./lib/store.mjs";
import { waitFor } from "./lib/wait.mjs";
import { scenario } from "./lib/world.mjs";

const SURVEY = `survey:
  id: service
  version: 1
  questions:
    - { id: overall, type: faces, of: 5, dimension: overall }
    - id: why
      type: choice
      options: [ { id: wait }, { id: counters }, { id: staff }, { id: room } ]
    - { id: liked, type: choice, several: true, options: [ { id: staff }, { id: room }, { id: procedure } ] }
    - { id: words, type: text }
`;

const said = (kiosk) =>
  query(`${kiosk.state}/outbox.db`, "SELECT seq, visit, type, question, score, options, text FROM event ORDER BY seq").then((rows) =>
    rows.map((row) => `${row.seq} of ${row.visit}: ${row.question} ${row.score || row.options || row.text}`),
  );

scenario("a face, a reason, several likes and words: four events of one visit, and the page shows the reason", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await TouchScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, survey: SURVEY, times: { settle_step: "0 s" } });
  for (let visit = 0; visit < 6; visit++) {
    await kiosk.answer("face-2", "choice");
    await kiosk.answer("option-wait", "choice");
    const from = kiosk.process.mark();
    await kiosk.touch("option-room");
    await kiosk.process.line(/ target id=done /, { from });
    await kiosk.touch("option-staff");
    await kiosk.answer("done", "text");
    await kiosk.touch("key-0");
    await kiosk.touch("key-1");
    await kiosk.answer("done", "thanks");
    await kiosk.process.line(/ screen name=question /, { from });
  }
  const rows = await said(kiosk);
  assert.equal(rows.length, 24);
  assert.deepEqual(rows.slice(4, 8), ["5 of 5: overall 2", "6 of 5: why wait", "7 of 5: liked staff room", "8 of 5: words qw"]);
  await kiosk.drained();
  await waitFor("24 events in the store", async () => (await aggregator.store.count()) === 24);
  const page = await (await (await Browser.start(world)).open(aggregator.url)).enter();
  await waitFor("the reason on the page", async () => /(Long wait|Antrean lama)/.test(await page.page.locator("body").innerText()));
});

scenario("who walks away leaves what they touched, and the next customer finds the first question", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await TouchScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, survey: SURVEY, times: { settle_step: "0 s", step: "1500 ms", warn: "500 ms" } });
  let from = kiosk.process.mark();
  await kiosk.answer("face-5", "choice");
  await kiosk.process.line(/ screen name=question /, { from }); // nothing chosen
  from = kiosk.process.mark();
  await kiosk.answer("face-1", "choice");
  await kiosk.answer("skip", "choice");
  const picked = kiosk.process.mark();
  await kiosk.touch("option-procedure");
  await kiosk.process.line(/ screen name=question /, { from: picked }); // picked, never handed in
  assert.deepEqual(await said(kiosk), ["1 of 1: overall 5", "2 of 2: overall 1", "3 of 2: liked procedure"]);
  await kiosk.drained();
  await waitFor("three events in the store", async () => (await aggregator.store.count()) === 3);
});

scenario("the end of the program saves what was picked; the count of today is there again after it", async (world) => {
  const broker = await Broker.start(world);
  const screen = await TouchScreen.start(world);
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, survey: SURVEY, times: { settle_step: "0 s" } });
  await kiosk.process.line(/ tally visits=0$/);
  for (let visit = 0; visit < 2; visit++) {
    const from = kiosk.process.mark();
    await kiosk.answer("face-1", "choice");
    for (const next of ["choice", "text", "thanks"]) await kiosk.answer("skip", next);
    await kiosk.process.line(/ screen name=question /, { from });
  }
  await kiosk.answer("face-4", "choice");
  await kiosk.answer("skip", "choice");
  await kiosk.touch("option-room");
  await kiosk.process.stop(); // SIGTERM
  assert.equal(kiosk.process.code, 0);
  assert.deepEqual((await said(kiosk)).slice(2), ["3 of 3: overall 4", "4 of 3: liked room"]);
  await kiosk.up();
  await kiosk.process.line(/ tally visits=3$/);
});

scenario("contact data is sealed before it reaches the card, and asks for consent", async (world) => {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const screen = await TouchScreen.start(world);
  const key = Buffer.from(Array.from({ length: 32 }, (_, i) => (i === 0 ? 9 : 0))).toString("base64"); // a point that any secret key could stand for
  const survey = `survey:
  id: service
  version: 1
  questions:
    - { id: overall, type: faces, of: 5 }
    - { id: reach, type: contact }
contact_key: ${key}
`;
  const kiosk = await Kiosk.start(world, { brokerPort: broker.port, screen, survey, times: { settle_step: "0 s", typing: "15 s", warn: "1 s" } });
  await kiosk.answer("face-2", "contact");
  for (const name of ["key-19", "key-13", "key-19", "key-13"]) await kiosk.touch(name); // z g z g
  await kiosk.touch("field-2");
  for (const name of ["key-20", "key-14", "key-20"]) await kiosk.touch(name);
  const from = kiosk.process.mark();
  await kiosk.answer("done", "thanks");
  await kiosk.process.line(/ screen name=question /, { from });
  const [, contact] = await query(`${kiosk.state}/outbox.db`, "SELECT seq, type, question, text FROM event ORDER BY seq");
  assert.equal(contact.question, "reach");
  assert.match(contact.text, /^[A-Za-z0-9+/]{60,}={0,2}$/);
  for (const file of readdirSync(kiosk.state)) assert.ok(!/zgzg|xhx/i.test(readFileSync(join(kiosk.state, file), "latin1")), `${file} holds what was written`);
  await kiosk.drained();
  await waitFor("both events in the store", async () => (await aggregator.store.count()) === 2);
});
