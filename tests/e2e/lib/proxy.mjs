// A TCP proxy that can be a bad network: cut, slow, silent, half closed.
import { createServer, connect } from "node:net";

export class Proxy {
  static async start(world, target) {
    const proxy = new Proxy();
    Object.assign(proxy, { target, pairs: new Set(), mode: "open", delayMs: 0, connects: 0 });
    proxy.server = createServer({ allowHalfOpen: true }, (client) => proxy.#join(client));
    await new Promise((done, fail) => proxy.server.once("error", fail).listen(0, "127.0.0.1", done));
    proxy.port = proxy.server.address().port;
    world.own("proxy", () => proxy.close());
    return proxy;
  }

  #join(client) {
    this.connects++;
    client.on("error", () => {});
    if (this.mode === "cut") {
      client.destroy();
      return;
    }
    const server = connect({ port: this.target, host: "127.0.0.1", allowHalfOpen: true });
    const pair = { client, server, timers: new Set() };
    this.pairs.add(pair);
    const gone = () => {
      client.destroy();
      server.destroy();
      for (const timer of pair.timers) clearTimeout(timer);
      this.pairs.delete(pair);
    };
    server.on("error", gone);
    client.on("close", gone);
    server.on("close", gone);
    this.#pump(pair, client, server);
    this.#pump(pair, server, client);
  }

  #pump(pair, from, to) {
    from.on("data", (bytes) => {
      if (this.mode === "silent") return; // a black hole: swallowed, the connection stays
      if (this.delayMs === 0) {
        to.write(bytes);
        return;
      }
      const timer = setTimeout(() => {
        pair.timers.delete(timer);
        if (!to.destroyed) to.write(bytes);
      }, this.delayMs);
      pair.timers.add(timer);
    });
    from.on("end", () => to.end());
  }

  /** Ends every connection and takes no new one. */
  cut() {
    this.mode = "cut";
    for (const { client } of this.pairs) client.destroy();
  }

  /** Swallows everything both ways; nobody is told. What was swallowed is gone, so the connections are of no use later. */
  silence() {
    this.mode = "silent";
  }

  delay(ms) {
    this.delayMs = ms;
  }

  /** The far side has ended its half only. */
  halfClose() {
    for (const { client } of this.pairs) client.end();
  }

  /** As a good network again; connections with holes in their stream are ended. */
  heal() {
    const holes = this.mode === "silent";
    this.mode = "open";
    this.delayMs = 0;
    if (holes) for (const { client } of this.pairs) client.destroy();
  }

  close() {
    for (const { client } of this.pairs) client.destroy();
    return new Promise((done) => this.server.close(done));
  }
}
