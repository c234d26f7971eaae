"""What somebody would write in Python: paho, sqlite3, a transaction for what has come in BATCH_S or BATCH votes, equal
keys ignored, one rollup. As the benches' sinks: says "ready", goes on at "go" on standard input, and says when it has
stored VOTES.
    python3 paho-sqlite.py PORT USER PASSWORD DATABASE VOTES"""
import json
import sqlite3
import sys
import time

import paho.mqtt.client as mqtt

port, user, password, file, wanted = sys.argv[1:]
BATCH = 1000
BATCH_S = 0.02
TOPIC = "puas/1/events/+/+/+"
QUARTER_MS = 900_000

db = sqlite3.connect(file, isolation_level=None)
db.execute("PRAGMA journal_mode = WAL")
db.execute("PRAGMA synchronous = FULL")
db.executescript(
    """CREATE TABLE vote(id INTEGER PRIMARY KEY, kiosk TEXT NOT NULL, epoch TEXT NOT NULL, seq INTEGER NOT NULL, at INTEGER NOT NULL,
  arrived INTEGER NOT NULL, question TEXT NOT NULL, score INTEGER NOT NULL, levels INTEGER NOT NULL, UNIQUE(kiosk, epoch, seq));
  CREATE TABLE tally(kiosk TEXT NOT NULL, quarter INTEGER NOT NULL, score INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(kiosk, quarter, score))"""
)
waiting = []
stored = 0


def flush():
    global stored
    if not waiting:
        return
    db.execute("BEGIN")
    before = db.total_changes
    db.executemany("INSERT OR IGNORE INTO vote(kiosk, epoch, seq, at, arrived, question, score, levels) VALUES(?, ?, ?, ?, ?, ?, ?, ?)", waiting)
    stored += db.total_changes - before
    db.executemany("INSERT INTO tally VALUES(?, ?, ?, 1) ON CONFLICT DO UPDATE SET n = n + 1", [(w[0], w[3] // QUARTER_MS, w[6]) for w in waiting])
    db.execute("COMMIT")
    waiting.clear()


def on_message(client, userdata, message):
    kiosk = message.topic.rsplit("/", 1)[1]
    arrived = int(time.time() * 1000)
    body = json.loads(message.payload)
    epoch = body["epoch"]
    for e in body["events"]:
        waiting.append((kiosk, epoch, e["seq"], e["at"], arrived, e["question"], e["score"], e["of"]))
    if len(waiting) >= BATCH:
        flush()


def connect():
    client = mqtt.Client("puas-aggregator-all", clean_session=False, protocol=mqtt.MQTTv311)
    client.username_pw_set(user, password)
    client.on_message = on_message
    client.connect("127.0.0.1", int(port))
    return client


subscribed = False


def on_subscribe(client, userdata, mid, granted):
    global subscribed
    subscribed = True


first = connect()
first.on_subscribe = on_subscribe
first.on_connect = lambda client, *_: client.subscribe(TOPIC, 1)
while not subscribed:
    first.loop(0.1)
first.disconnect()
while first.loop(0.1) == mqtt.MQTT_ERR_SUCCESS:
    pass
print("ready", flush=True)
sys.stdin.readline()
began = time.monotonic()
client = connect()
due = began + BATCH_S
while stored < int(wanted):
    client.loop(BATCH_S)
    if time.monotonic() >= due:
        flush()
        due = time.monotonic() + BATCH_S
print(json.dumps({"began": began, "ended": time.monotonic(), "count": stored}))
