// Who notifications are sent to: an HTTP server, a mail server with TLS and logins. They keep what arrives, and answer as a test wants.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { SMTPServer } from "smtp-server";
import { run } from "./process.mjs";
import { waitFor } from "./wait.mjs";

/** A certificate for localhost that is its own authority; { key, cert } are paths. */
export async function certificate(world) {
  const [key, cert] = [world.path("key.pem"), world.path("cert.pem")];
  const made = await run("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", cert]);
  if (made.code !== 0) throw new Error(`openssl: ${made.lines.join(" ")}`);
  return { key, cert };
}

const listen = (server, port = 0) => new Promise((done, fail) => server.once("error", fail).listen(port, "127.0.0.1", () => done((server.server ?? server).address().port)));

export class HttpReceiver {
  /** `answer(request, n)`: { status, headers, body }, or null to hang; n counts from 1. tls: a certificate. */
  static async start(world, { answer = () => ({ status: 200 }), tls = null, port = 0 } = {}) {
    const r = new HttpReceiver();
    r.requests = []; // { method, path, headers, bytes, body, at }
    r.answer = answer;
    const handle = (request, response) => {
      const parts = [];
      request.on("data", (part) => parts.push(part)).on("end", () => {
        const bytes = Buffer.concat(parts);
        const got = { method: request.method, path: request.url, headers: request.headers, bytes, body: bytes.toString(), at: Date.now() };
        r.requests.push(got);
        const said = r.answer(got, r.requests.length);
        if (said) response.writeHead(said.status, said.headers ?? {}).end(said.body ?? "");
      });
    };
    r.server = tls ? createSecureServer({ key: readFileSync(tls.key), cert: readFileSync(tls.cert) }, handle) : createServer(handle);
    r.sockets = new Set();
    r.server.on("connection", (socket) => {
      r.sockets.add(socket);
      socket.on("close", () => r.sockets.delete(socket));
    });
    r.port = await listen(r.server, port);
    r.url = `${tls ? "https" : "http"}://127.0.0.1:${r.port}`;
    world.own("HTTP receiver", () => r.stop());
    return r;
  }

  async stop() {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((done) => this.server.close(done));
  }

  /** Waits for n requests (with such a header or body). */
  async arrived(n, which = () => true, ms) {
    await waitFor(() => `${n} requests; there were ${JSON.stringify(this.requests.map((q) => q.body.slice(0, 200)))}`, () => this.requests.filter(which).length >= n, ms);
    return this.requests.filter(which);
  }
}

export class MailReceiver {
  static USER = "puas";
  static PASSWORD = "only for this mail";

  /** secure: TLS from the first byte, else STARTTLS. `refuse(address)`: an error for a recipient. */
  static async start(world, { tls, secure = true, refuse = () => null, hideSTARTTLS = false }) {
    const r = new MailReceiver();
    r.mails = []; // { from, to, text, secure, user }
    r.server = new SMTPServer({
      secure,
      hideSTARTTLS,
      key: readFileSync(tls.key),
      cert: readFileSync(tls.cert),
      onAuth: (auth, session, done) =>
        auth.username === MailReceiver.USER && auth.password === MailReceiver.PASSWORD ? done(null, { user: auth.username }) : done(new Error("wrong login")),
      onRcptTo: (address, session, done) => done(refuse(address.address)),
      onData(stream, session, done) {
        let text = "";
        stream.setEncoding("utf8").on("data", (part) => (text += part)).on("end", () => {
          const { envelope } = session;
          r.mails.push({ from: envelope.mailFrom.address, to: envelope.rcptTo.map((to) => to.address), text, secure: session.secure, user: session.user });
          done(null, "queued");
        });
      },
    });
    r.server.on("error", () => {}); // connections that break off are the test's business
    r.port = await listen(r.server);
    world.own("mail receiver", () => new Promise((done) => r.server.close(done)));
    return r;
  }

  async arrived(n) {
    await waitFor(() => `${n} mails; there were ${this.mails.length}`, () => this.mails.length >= n);
    return this.mails;
  }
}

/** A mail taken apart: { headers (lower case), parts: [{ type, text }] }. */
export function readMail(text) {
  const split = (s) => {
    const at = s.indexOf("\r\n\r\n");
    const headers = {};
    for (const line of s.slice(0, at).replace(/\r\n[ \t]+/g, " ").split("\r\n")) {
      const colon = line.indexOf(":");
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    return { headers, body: s.slice(at + 4) };
  };
  const quoted = (s) => Buffer.from(s.replace(/=\r\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16))), "latin1").toString("utf8");
  const words = (s) => s.replace(/\?=\s+=\?/g, "?==?").replace(/=\?UTF-8\?B\?([^?]*)\?=/g, (_, b) => Buffer.from(b, "base64").toString("latin1"));
  const parts = ({ headers, body }) => {
    const type = headers["content-type"] ?? "text/plain";
    const boundary = type.match(/boundary="?([^";]+)/)?.[1];
    if (!boundary) return [{ type: type.split(";")[0], text: quoted(body) }];
    return body.split(`--${boundary}`).slice(1, -1).flatMap((part) => parts(split(part.replace(/^\r\n/, ""))));
  };
  const whole = split(text);
  const subject = Buffer.from(words(whole.headers.subject), "latin1").toString("utf8");
  return { headers: { ...whole.headers, subject }, parts: parts(whole) };
}
