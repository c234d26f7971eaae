// Open pages, for benches: N live streams, and each second a page of today and one of trends. Says "open" once all are,
// and at the end, when standard input closes, how many events came and how long the pages took, ms.
//   node pages.mjs URL COOKIE N PLACE...
import { Agent, get } from "node:http";

const [url, cookie, count, ...places] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
const TREND_DAYS = 28;
const EVERY_MS = 1000;
const OPENING = 50; // at a time
let events = 0;
const took = [];

const open = (path, onData) => new Promise((done, fail) => {
  get(`${url}${path}`, { agent, headers: { Cookie: cookie, "X-Puas": "1" } }, (answer) => {
    if (answer.statusCode !== 200) fail(new Error(`${path}: ${answer.statusCode}`));
    answer.on("data", onData);
    answer.on("end", done);
    if (path.includes("/live")) done();
  }).on("error", fail);
});

for (let i = 0; i < Number(count); i += OPENING) {
  await Promise.all(Array.from({ length: Math.min(OPENING, count - i) }, (_, k) => open(`/api/v1/live?place=${places[(i + k) % places.length]}`, () => events++)));
}
console.log("open");
const day = (ago) => new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10);
let turn = 0;
setInterval(async () => {
  const place = places[turn++ % places.length];
  for (const path of [`/api/v1/today?place=${place}`, `/api/v1/trends/series?place=${place}&from=${day(TREND_DAYS)}&to=${day(1)}`]) {
    const began = performance.now();
    await open(path, () => {});
    took.push(performance.now() - began);
  }
}, EVERY_MS);
process.stdin.on("end", () => {
  took.sort((a, b) => a - b);
  console.log(JSON.stringify({ events, pages: took.length, p50: took[Math.floor(took.length / 2)], most: took[took.length - 1] }));
  process.exit(0);
}).resume();
