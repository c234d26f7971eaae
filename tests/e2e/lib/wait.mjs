// Waiting with a deadline. Nothing in these tests sleeps for a fixed time to let something happen.

export const PATIENCE_MS = 15_000; // enough for a loaded machine; reaching it is a failure
const LOOK_MS = 15;

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Calls `look` until it returns something truthy, and returns that. `what` may be a function that tells the last state. */
export async function waitFor(what, look, ms = PATIENCE_MS, every = LOOK_MS) {
  const end = performance.now() + ms;
  let last = null;
  for (;;) {
    try {
      const seen = await look();
      if (seen) return seen;
      last = null;
    } catch (error) {
      last = error;
    }
    if (performance.now() >= end) {
      const said = typeof what === "function" ? await what() : what;
      throw new Error(`waited ${ms} ms in vain for: ${said}${last ? ` (${last.message})` : ""}`);
    }
    await sleep(every);
  }
}

/** The promise, or an error that says what was waited for. */
export function within(what, promise, ms = PATIENCE_MS) {
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`waited ${ms} ms in vain for: ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** A small generator of random numbers with a seed, so that a failed run can be repeated. */
export function random(seed) {
  let s = seed >>> 0;
  const next = () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = s;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    share: next,
    int: (least, most) => least + Math.floor(next() * (most - least + 1)),
    pick: (list) => list[Math.floor(next() * list.length)],
  };
}
