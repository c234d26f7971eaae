// A real browser on the real page. Notes what a good page never does: errors, requests to elsewhere.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { SECRET } from "./broker.mjs";
import { waitFor } from "./wait.mjs";
import { SHOTS } from "./world.mjs";

const PROGRAMS = [process.env.PUAS_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
export const ARGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export function chromiumProgram() {
  const program = PROGRAMS.find((path) => path && existsSync(path));
  if (!program) throw new Error("no Chromium: make test-deps");
  return program;
}

export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export class Browser {
  static async start(world) {
    const b = new Browser();
    b.world = world;
    b.browser = await world.share("Chromium", (old) => old.isConnected(), () => chromium.launch({ executablePath: chromiumProgram(), args: ARGS, headless: true, timeout: 30_000 }));
    return b;
  }

  /** A fresh profile. */
  async open(url, { viewport = DESKTOP, locale = "en-GB", ...more } = {}) {
    const context = await this.browser.newContext({ viewport, locale, timezoneId: "Asia/Jakarta", ...more });
    context.setDefaultTimeout(15_000);
    const page = new Page(await context.newPage(), url);
    this.world.own("browser page", () => context.close());
    page.response = await page.page.goto(url);
    return page;
  }
}

export class Page {
  constructor(page, url) {
    Object.assign(this, { page, origin: new URL(url).origin, elsewhere: [], errors: [] });
    page.on("request", (request) => {
      const to = new URL(request.url());
      if (to.origin !== this.origin && !["data:", "blob:", "about:"].includes(to.protocol)) this.elsewhere.push(request.url());
    });
    page.on("pageerror", (error) => this.errors.push(error.message));
    page.on("console", (message) => {
      // A refused login or a server that is down is reported by the browser itself: not an error of the page.
      if (message.type() === "error" && !/Failed to load resource|net::ERR_/.test(message.text())) this.errors.push(message.text());
    });
  }

  id(name) {
    return this.page.getByTestId(name);
  }

  async login(user = "manager", password = SECRET) {
    await this.id("login-user").fill(user);
    await this.id("login-password").fill(password);
    await this.id("login-submit").click();
  }

  async live(yes = true, ms = 20_000) {
    await waitFor(
      async () => `the page to be ${yes ? "live" : "not live"}; it shows: ${(await this.page.textContent("body").catch(() => "")).slice(0, 300)}`,
      async () => (await this.id("live-state").getAttribute("data-live", { timeout: 500 })) === String(yes),
      ms,
      50,
    );
  }

  /** Signed in and live. */
  async enter(user = "manager") {
    await this.login(user);
    await this.live();
    return this;
  }

  async number(name) {
    return Number((await this.id(name).first().textContent({ timeout: 2000 })).replace(/[^0-9]/g, ""));
  }

  /** Fails with axe-core's findings, one line each. Colours count when nothing moves any more, and nothing is dimmed because newer
   * figures are on their way. */
  async accessible(what) {
    await waitFor(`all cards to be filled: ${what}`, async () => (await this.page.locator('[aria-busy="true"]').count()) === 0);
    await this.page.evaluate(() => {
      const ending = document.getAnimations().filter((a) => Number.isFinite(a.effect?.getComputedTiming().endTime));
      return Promise.all(ending.map((a) => a.finished.catch(() => {})));
    });
    if (!(await this.page.evaluate(() => "axe" in globalThis))) await this.page.evaluate(`${AXE}; 0`);
    const found = await this.page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    const lines = found.violations.flatMap((v) => v.nodes.map((node) => `${v.id} (${v.impact}): ${node.target.join(" ")}: ${node.failureSummary.replace(/\s+/g, " ")}`));
    if (lines.length) throw new Error(`${what}: ${lines.join("\n")}`);
  }

  /** A picture for people. Tests draw theirs where PUAS_SHOTS names a folder: drawing all of them is a tenth of a run. */
  async shot(name, always = Boolean(process.env.PUAS_SHOTS)) {
    if (!always) return;
    mkdirSync(SHOTS, { recursive: true });
    const fullPage = (await this.page.locator("dialog[open]").count()) === 0; // what lies below it is dimmed as far as one sees
    await this.page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage });
  }

  /** What must hold of every page at its end. */
  clean() {
    if (this.elsewhere.length) throw new Error(`requests have left the origin: ${this.elsewhere.join(" ")}`);
    if (this.errors.length) throw new Error(`errors in the page: ${this.errors.join(" | ")}`);
  }
}
