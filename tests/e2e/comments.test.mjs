// What customers write, on the manager's page: text and nothing else, as of the last step, page by page.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Aggregator } from "./lib/aggregator.mjs";
import { Broker, SECRET } from "./lib/broker.mjs";
import { Browser, PHONE } from "./lib/browser.mjs";
import { ForeignKiosk } from "./lib/foreign.mjs";
import { run } from "./lib/process.mjs";
import { Session } from "./lib/session.mjs";
import { waitFor } from "./lib/wait.mjs";
import { BIN, scenario } from "./lib/world.mjs";

const HOSTILE = [
  `<img src=x onerror="window.hit=1">`,
  `<script>window.hit=1</script>`,
  `"><svg onload=window.hit=1>`,
  `javascript:window.hit=1`,
  `{{constructor.constructor('window.hit=1')()}}`,
  `<a href="https://example.com" onclick="window.hit=1">x</a>`,
  `&lt;b&gt; \u202Eevil\u202C ${"\u0301".repeat(60)}`,
  `<style>*{display:none}</style><iframe src="//example.com"></iframe>`,
];

async function system(world) {
  const broker = await Broker.start(world);
  const aggregator = await Aggregator.start(world, { brokerPort: broker.port });
  const kiosk = new ForeignKiosk({ port: broker.port, id: "dago-entrance", branch: "bandung-dago", secret: SECRET });
  world.own("foreign kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  const write = (text) => {
    const { seq } = kiosk.press(5);
    kiosk.press(undefined, { type: "text", question: "comment", text, visit: seq, score: undefined, of: undefined });
    visits.push(seq);
  };
  const visits = [];
  return { aggregator, kiosk, write, visits, path: "/api/v1/comments?place=bandung-dago&limit=20" };
}

scenario("comments: newest first, in steps, page by page; flagged by their words; erased ones are gone; by scope", async (world) => {
  const { aggregator, kiosk, write, visits, path } = await system(world);
  const manager = await Session.login(aggregator.url);
  assert.deepEqual((await manager.get(path)).comments, []);
  for (let i = 1; i <= 44; i++) write(i === 44 ? "Ada kebakaran, hubungi 0812 3456 7890" : `Kata ke-${i}`);
  await kiosk.settled();
  write("not told before its step");
  await kiosk.settled();
  // 45 votes are nine steps of five: all is told up to there. The last vote's words come after it.
  await waitFor("the steps", async () => (await manager.get(path)).comments.length === 20);
  const pages = [];
  for (let next = 0; next !== null; ) {
    const page = await manager.get(next ? `${path}&cursor=${next}` : path);
    pages.push(page.comments);
    next = page.next;
  }
  assert.deepEqual(pages.map((p) => p.length), [20, 20, 4]);
  const first = await manager.raw("GET", path);
  assert.equal(first.headers.get("link"), `<${path}&cursor=${pages[0][19].id}>; rel="next"`);
  assert.equal((await manager.raw("GET", path, undefined, { "If-None-Match": first.headers.get("etag") })).status, 304);
  for (const wrong of ["0", "201", "x"]) assert.equal((await manager.raw("GET", path.replace("20", wrong))).status, 422, wrong);
  const all = pages.flat();
  assert.deepEqual([all[0].text, all[0].flags, all[1].text, all[1].flags, all[43].text], ["Ada kebakaran, hubungi 0812 3456 7890", ["urgent", "personal"], "Kata ke-43", [], "Kata ke-1"]);
  assert.ok(all.every(({ at }) => at % 900_000 === 0), "times to the quarter hour");
  const erased = await run(`${BIN}/puasctl`, ["--config", aggregator.file, "erase", "--visit", `dago-entrance/${kiosk.epoch.epoch}/${visits[43]}`]);
  assert.equal(erased.code, 0, erased.lines.join("\n"));
  assert.deepEqual((await manager.get(path)).comments.slice(0, 1).map(({ text }) => text), ["Kata ke-43"]);
  assert.equal((await manager.raw("GET", `${path}&cursor=x`)).status, 422);
  assert.ok([403, 404].includes((await manager.raw("GET", "/api/v1/comments?place=nowhere")).status));
  assert.equal((await new Session(aggregator.url).raw("GET", path)).status, 401);
});

scenario("comments: a hostile corpus creates no element, on a phone and in both languages", async (world) => {
  const { aggregator, kiosk, write } = await system(world);
  for (const text of HOSTILE) write(text);
  for (let i = 0; i < 17; i++) write(`Baik ${i}`);
  await kiosk.settled();
  for (let i = 0; i < 5; i++) kiosk.press(5); // the step that tells the last words
  await kiosk.settled();
  const page = await (await (await Browser.start(world)).open(aggregator.url, { viewport: PHONE })).enter();
  const card = page.id("card-comments");
  await waitFor("the newest", async () => (await card.locator("li").count()) === 6);
  await page.id("comments-more").click();
  await waitFor("a page of comments", async () => (await card.locator("li").count()) === 20);
  await page.id("comments-more").click();
  await waitFor("the earlier ones", async () => (await card.locator("li").count()) === 25);
  const said = await card.locator("li > p:first-child").allTextContents();
  assert.deepEqual(said.slice(17), [...HOSTILE].reverse());
  assert.equal(await card.locator("li img, li script, li svg, li a, li style, li iframe, li b").count(), 0);
  assert.equal(await page.page.evaluate(() => globalThis.hit), undefined);
  write("Baru saja");
  for (let i = 0; i < 5; i++) kiosk.press(5);
  await kiosk.settled();
  await waitFor("a new one above those that are there", async () => (await card.locator("li > p:first-child").first().textContent()) === "Baru saja" && (await card.locator("li").count()) === 26);
  const wide = await page.page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  assert.equal(wide, false, "nothing is too wide");
  page.clean();
});

scenario("comments: head office erases words from the page, after a second press, for ever and on record; the score stays; managers do not", async (world) => {
  const { aggregator, kiosk, write, path } = await system(world);
  for (let i = 1; i <= 5; i++) write(i === 3 ? "Bu Ratna di loket 2 kasar sekali" : `Kata ke-${i}`);
  for (let i = 0; i < 5; i++) kiosk.press(5); // words come after their vote: the next step tells them
  await kiosk.settled();
  const admin = await Session.login(aggregator.url, "admin");
  const manager = await Session.login(aggregator.url);
  await waitFor("the words", async () => (await admin.get(path)).comments.length === 5);
  const { id } = (await admin.get(path)).comments.find(({ text }) => text.includes("Ratna"));
  const votes = (await admin.today()).score.n;
  assert.equal((await manager.raw("POST", `/api/v1/comments/${id}/erase`, {})).status, 403);
  for (const other of ["999999", "x", String(id - 1)]) assert.equal((await admin.raw("POST", `/api/v1/comments/${other}/erase`, {})).status, 404, other); // a vote is no comment
  const browser = await Browser.start(world);
  const theirs = await browser.open(aggregator.url, { viewport: PHONE });
  await theirs.enter();
  await theirs.id("card-comments").getByText("Bu Ratna").waitFor();
  assert.equal(await theirs.page.getByTestId(/^erase-/).count(), 0);
  const page = await browser.open(`${aggregator.url}/?place=bandung-dago`, { viewport: PHONE });
  await page.enter("admin");
  await page.id(`erase-${id}`).click();
  await page.accessible("asked once more");
  await page.shot("page-comments-erase");
  await page.id(`erase-${id}-not`).click();
  assert.equal((await admin.get(path)).comments.length, 5);
  await page.id(`erase-${id}`).click();
  await page.id(`erase-${id}-sure`).click();
  await waitFor("it to be gone from the page", async () => (await page.id("card-comments").getByText("Bu Ratna").count()) === 0);
  await waitFor("no byte of it in the store", () => readdirSync(aggregator.data).every((name) => !readFileSync(join(aggregator.data, name)).includes("Ratna")));
  assert.deepEqual([(await admin.get(path)).comments.length, (await admin.today()).score.n], [4, votes]);
  assert.match(await aggregator.store.one("SELECT who || ' ' || subject || ' ' || detail FROM audit WHERE action = 'erase'"), /^admin dago-entrance [0-9a-f]{32}\/\d+ words, by admin$/);
  await theirs.page.reload();
  await theirs.id("card-comments").getByText("Kata ke-5").waitFor();
  assert.equal(await theirs.id("card-comments").getByText("Bu Ratna").count(), 0);
  page.clean();
  theirs.clean();
});
