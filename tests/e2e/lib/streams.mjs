// Between browser and aggregator: passes HTTP on and knows which event streams are open this moment, of which places and sessions,
// which the server itself only finds out when it writes to them. Can be a bad network.
import { Agent, createServer, request } from "node:http";
import { pipeline } from "node:stream";

export class Streams {
  static async start(world, target) {
    const streams = new Streams();
    Object.assign(streams, { target, open: new Set(), opened: 0, asked: [], most: new Map(), mode: "open", sockets: new Set(), agent: new Agent({ keepAlive: false }) });
    streams.server = createServer((q, a) => streams.#pass(q, a));
    streams.server.on("connection", (socket) => {
      if (streams.mode === "cut") return socket.destroy();
      streams.sockets.add(socket);
      socket.on("close", () => streams.sockets.delete(socket));
    });
    await new Promise((done, fail) => streams.server.once("error", fail).listen(0, "127.0.0.1", done));
    streams.url = `http://127.0.0.1:${streams.server.address().port}`;
    world.own("proxy of streams", () => streams.close());
    return streams;
  }

  #pass(q, a) {
    const { pathname, searchParams } = new URL(q.url, "http://x");
    const live = pathname === "/api/v1/live";
    if (live && this.mode === "deaf") return; // taken and never answered
    const places = searchParams.getAll("place").sort();
    const under = `${pathname} ${places}`;
    const now = { places, cookie: q.headers.cookie ?? "" };
    this.asked.push(under);
    if (!live) this.#count(under, 1);
    const to = request({ host: "127.0.0.1", port: this.target, method: q.method, path: q.url, headers: q.headers, agent: this.agent }, (answer) => {
      a.writeHead(answer.statusCode, answer.headers);
      pipeline(answer, a, () => {}); // cut short there is cut short here
      if (!live || answer.statusCode !== 200) return;
      this.opened++;
      this.open.add(now);
    });
    to.on("error", () => a.destroy());
    a.on("close", () => {
      if (!live) this.#count(under, -1);
      this.open.delete(now);
      to.destroy();
    });
    q.pipe(to);
  }

  #count(under, by) {
    const { at = 0, most = 0 } = this.most.get(under) ?? {};
    this.most.set(under, { at: at + by, most: Math.max(most, at + by) });
  }

  /** What is open: the places of each stream. */
  get places() {
    return [...this.open].map(({ places }) => places.join(" ")).sort();
  }

  /** Ends every connection and takes no new one. */
  cut() {
    this.mode = "cut";
    for (const socket of this.sockets) socket.destroy();
  }

  /** Streams are taken and never answered; all else goes on. */
  deafen() {
    this.mode = "deaf";
  }

  heal() {
    this.mode = "open";
  }

  close() {
    this.cut();
    this.agent.destroy();
    return new Promise((done) => this.server.close(done));
  }
}
