// What a browser does of web push: its pair of keys, opening a sealed message (RFC 8291) and reading who sent it (RFC 8292).
import assert from "node:assert/strict";
import { createDecipheriv, createECDH, createHmac, createPublicKey, randomBytes, verify } from "node:crypto";

const hmac = (key, ...parts) => createHmac("sha256", key).update(Buffer.concat(parts.map((p) => Buffer.from(p)))).digest();

export class BrowserKey {
  constructor(endpoint) {
    this.endpoint = endpoint;
    this.pair = createECDH("prime256v1");
    this.publicKey = this.pair.generateKeys();
    this.auth = randomBytes(16);
  }

  subscription(place, lang = "en") {
    return { endpoint: this.endpoint, keys: { p256dh: this.publicKey.toString("base64url"), auth: this.auth.toString("base64url") }, place, lang };
  }

  open(body) {
    const salt = body.subarray(0, 16), length = body[20], sender = body.subarray(21, 21 + length), sealed = body.subarray(21 + length);
    assert.equal(body.readUInt32BE(16), 4096);
    const agreed = hmac(hmac(this.auth, this.pair.computeSecret(sender)), "WebPush: info\0", this.publicKey, sender, [1]);
    const root = hmac(salt, agreed);
    const decipher = createDecipheriv("aes-128-gcm", hmac(root, "Content-Encoding: aes128gcm\0", [1]).subarray(0, 16), hmac(root, "Content-Encoding: nonce\0", [1]).subarray(0, 12));
    decipher.setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    assert.equal(plain.at(-1), 2, "the last record");
    return JSON.parse(plain.subarray(0, -1).toString());
  }
}

/** The claims of `Authorization: vapid t=..., k=...`, signed by the key that the browser subscribed with. */
export function claims(authorization, key) {
  const [, head, body, mark, k] = /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), k=([\w-]+)$/.exec(authorization);
  assert.equal(k, key);
  assert.deepEqual(JSON.parse(Buffer.from(head, "base64url")), { typ: "JWT", alg: "ES256" });
  const point = Buffer.from(k, "base64url");
  const x = point.subarray(1, 33).toString("base64url"), y = point.subarray(33).toString("base64url");
  const sender = createPublicKey({ key: { kty: "EC", crv: "P-256", x, y }, format: "jwk" });
  assert.ok(verify("sha256", Buffer.from(`${head}.${body}`), { key: sender, dsaEncoding: "ieee-p1363" }, Buffer.from(mark, "base64url")), "the signature");
  return JSON.parse(Buffer.from(body, "base64url"));
}
