// Looks into the SQLite files with the sqlite3 program; of ours it takes only the extension that shows packs as events.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { BIN } from "./world.mjs";

const call = promisify(execFile);
const EXTENSION = `${BIN}/puas_event.so`;

export async function query(file, sql) {
  const { stdout } = await call("sqlite3", ["-readonly", "-json", "-cmd", ".timeout 5000", "-cmd", `.load ${EXTENSION}`, file, sql], { maxBuffer: 1 << 28, timeout: 20_000 });
  return stdout.trim() === "" ? [] : JSON.parse(stdout);
}

export class Store {
  constructor(file) {
    this.file = file;
  }

  query(sql) {
    return query(this.file, sql);
  }

  async one(sql) {
    const [row] = await this.query(sql);
    return row ? Object.values(row)[0] : undefined;
  }

  /** Events of a kiosk in the order of their keys. */
  events(kiosk = "dago-entrance") {
    return this.query(`SELECT lower(hex(ep.epoch)) AS epoch, e.seq, e.score, e.levels, e.kind, e.flags, e.visit, e.at, e.arrived, p.id AS place
      FROM event e JOIN epoch ep USING(epoch_id) JOIN kiosk k USING(kiosk_id) LEFT JOIN place p ON p.place_id = e.place_id
      WHERE k.id = '${kiosk}' ORDER BY ep.epoch_id, e.seq`);
  }

  count(kiosk = "dago-entrance") {
    return this.one(`SELECT count(*) FROM event e JOIN epoch ep USING(epoch_id) JOIN kiosk k USING(kiosk_id) WHERE k.id = '${kiosk}'`);
  }

  quarantine() {
    return this.query("SELECT kiosk, topic, reason, seq, hex(payload) AS hex FROM quarantine ORDER BY quarantine_id");
  }

  /** Rollups against a recount of the raw rows: lists what differs. */
  recount() {
    const scores = Array.from({ length: 11 }, (_, i) => i + 1);
    const counted = scores.map((score) => `sum(score = ${score}) AS c${score}`).join(", ");
    const summed = scores.map((score) => `sum(c${score})`).join(", ");
    const raw = `SELECT place_id, at / 900000 AS quarter, name_id, levels, ${counted} FROM event WHERE kind IN (0, 4) AND flags & 92 = 0 GROUP BY 1, 2, 3, 4`;
    const rolled = `SELECT place_id, quarter, name_id, levels, ${summed} FROM tally GROUP BY 1, 2, 3, 4 HAVING sum(c1+c2+c3+c4+c5+c6+c7+c8+c9+c10+c11) > 0`;
    return this.query(`SELECT 'only in rows' AS what, * FROM (${raw} EXCEPT ${rolled}) UNION ALL SELECT 'only in rollup', * FROM (${rolled} EXCEPT ${raw})`);
  }
}
