// page-paint, page-bytes: from the address to the first paint and to the first figures of a branch's day, signed in, nothing cached,
// on a network like that of a branch (2 ms, 100 Mbit/s), beside a plain static page with the same words and style and no script,
// served by Node in the same run. Bytes: what came over the wire until the figures were there.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { Browser, PHONE } from "../e2e/lib/browser.mjs";
import { ForeignKiosk } from "../e2e/lib/foreign.mjs";
import { SECRET } from "../e2e/lib/broker.mjs";
import { ROOT } from "../e2e/lib/world.mjs";
import { waitFor } from "../e2e/lib/wait.mjs";
import { median, startAggregator, startBroker } from "./common.mjs";

const ROUNDS = 15;
const GOAL_MS = 300;
const GOAL_BYTES = 30_000;
const LAN = { offline: false, latency: 2, downloadThroughput: 12_500_000, uploadThroughput: 12_500_000 };

/** The filled page as a file: its words and its style, no script. */
async function serveStill(world, html) {
  const css = readFileSync(`${ROOT}/build/web/app.css`);
  const body = html.replace(/<script[^>]*><\/script>/g, "").replace(/<link rel="(icon|manifest)"[^>]*>/g, "").replace(/<link[^>]*href="\/(?!app\.css)[^>]*>/g, "");
  const server = createServer((request, response) => {
    const style = request.url === "/app.css";
    response.writeHead(200, { "Content-Type": style ? "text/css" : "text/html; charset=utf-8", "Cache-Control": "no-store" }).end(style ? css : body);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  world.own("static page", () => new Promise((done) => server.close(done)));
  return `http://127.0.0.1:${server.address().port}/`;
}

/** One load: { paint, figures } in ms since the navigation began, bytes until the figures. */
async function load(page, cdp, url) {
  let bytes = 0;
  const count = ({ encodedDataLength }) => (bytes += encodedDataLength);
  cdp.on("Network.loadingFinished", count);
  await page.goto(url, { waitUntil: "commit" });
  const figures = await waitFor("the figures", () => page.evaluate(() => globalThis.figuresAt), 20_000, 5);
  const seen = bytes;
  cdp.off("Network.loadingFinished", count);
  const paint = await waitFor("the paint", () => page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0]?.startTime), 20_000, 5);
  return { paint, figures, bytes: seen };
}

export async function pagePaint(world, { quick, say }) {
  const broker = await startBroker(world, ["dago-entrance"]);
  const aggregator = await startAggregator(world, broker);
  const kiosk = new ForeignKiosk({ port: broker.port, id: "dago-entrance", branch: "bandung-dago", secret: SECRET });
  world.own("kiosk", () => kiosk.die());
  await kiosk.connect();
  await kiosk.synced;
  for (let i = 0; i < 200; i++) kiosk.press(1 + ((i * 7) % 5));
  await kiosk.settled();
  const page = await (await (await Browser.start(world)).open(`${aggregator.url}/?place=bandung-dago`, { viewport: PHONE, isMobile: true, hasTouch: true, serviceWorkers: "block" })).enter();
  await page.page.addInitScript(() => {
    const look = () => {
      if (!document.querySelector('[data-testid="score-n"]')) return requestAnimationFrame(look);
      requestAnimationFrame(() => (globalThis.figuresAt = performance.now())); // it is painted
    };
    look();
  });
  const still = await serveStill(world, await page.page.content());
  const cdp = await page.page.context().newCDPSession(page.page);
  await cdp.send("Network.enable");
  await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
  await cdp.send("Network.emulateNetworkConditions", LAN);
  const ours = [], plain = [];
  for (let i = 0; i < (quick ? 2 : ROUNDS) + 1; i++) {
    const pair = [await load(page.page, cdp, `${aggregator.url}/?place=bandung-dago`), await load(page.page, cdp, still)];
    if (i > 0) [ours, plain].forEach((list, k) => list.push(pair[k])); // the first one warms up
  }
  const of = (list, what) => median(list.map((each) => each[what]));
  say(`first paint ${of(ours, "paint").toFixed(0)} ms, first figures ${of(ours, "figures").toFixed(0)} ms after ${of(ours, "bytes")} bytes; the static page ${of(plain, "paint").toFixed(0)} and ${of(plain, "figures").toFixed(0)} ms, ${of(plain, "bytes")} bytes`);
  const [value, reference] = [of(ours, "figures"), of(plain, "figures")];
  const [bytes, bundle] = [of(ours, "bytes"), await firstBundle(aggregator.url)];
  return [
    { name: "page-paint", value, unit: "ms to the first figures", reference, ratio: value / reference, goal: GOAL_MS, met: quick ? null : value <= GOAL_MS },
    { name: "page-bytes", value: bytes, unit: "bytes until then, headers and figures included", reference: of(plain, "bytes"), ratio: bytes / of(plain, "bytes"), goal: null, met: null },
    { name: "page-first-bundle", value: bundle, unit: "bytes of app.js and app.css as they are sent", reference: null, ratio: null, goal: GOAL_BYTES, met: bundle <= GOAL_BYTES },
  ];
}

/** As a browser gets them, compressed. */
async function firstBundle(url) {
  const sizes = await Promise.all(["app.js", "app.css"].map(async (name) => Number((await fetch(`${url}/${name}`, { headers: { "Accept-Encoding": "gzip" } })).headers.get("content-length"))));
  return sizes[0] + sizes[1];
}
