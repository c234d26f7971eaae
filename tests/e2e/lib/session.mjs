// The pages' API without a browser: what any HTTP client can do.
import assert from "node:assert/strict";
import { SECRET } from "./broker.mjs";

export class Session {
  constructor(url, cookie = "") {
    Object.assign(this, { url, cookie });
  }

  static async login(url, user = "manager", password = SECRET) {
    const answer = await new Session(url).raw("POST", "/api/v1/login", { user, password });
    assert.equal(answer.status, 204, `login: ${answer.status}`);
    const set = answer.headers.get("set-cookie");
    return Object.assign(new Session(url, set.split(";")[0]), { setCookie: set });
  }

  raw(method, path, body, headers = { "X-Puas": "1" }) {
    const all = { ...headers, ...(this.cookie ? { Cookie: this.cookie } : {}), ...(body === undefined ? {} : { "Content-Type": "application/json" }) };
    const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    return fetch(this.url + path, { method, headers: all, body: text, redirect: "manual", signal: AbortSignal.timeout(15_000) });
  }

  async get(path) {
    const answer = await this.raw("GET", path);
    assert.equal(answer.status, 200, `${path}: ${answer.status}`);
    return answer.json();
  }

  async post(path, body) {
    const answer = await this.raw("POST", path, body);
    assert.equal(answer.status, 204, `${path}: ${answer.status} ${await answer.text()}`);
  }

  today(place = "bandung-dago") {
    return this.get(`/api/v1/today?place=${place}`);
  }
}
