// A child process: its lines are kept, can be waited for, and it is stopped by its own pid.
import { spawn } from "node:child_process";
import { waitFor, within } from "./wait.mjs";

const KEEP_LINES = 20_000;

export class Process {
  constructor(name, command, args, { env = {}, cwd, input = false, extra = false } = {}) {
    this.name = name;
    this.lines = []; // of standard output and standard error, as they come
    this.out = "";
    this.code = undefined; // number or signal name once it has ended
    const stdio = [input ? "pipe" : "ignore", "pipe", "pipe"];
    if (extra) stdio.push("pipe"); // descriptor 3, e.g. for -displayfd
    this.child = spawn(command, args, { env: { ...process.env, ...env }, cwd, stdio });
    this.pid = this.child.pid;
    this.ended = new Promise((done) => {
      this.child.on("error", (error) => {
        this.lines.push(`${command}: ${error.message}`);
        this.code = "not started";
        done(this.code);
      });
      this.child.on("close", (code, signal) => {
        this.code = code ?? signal;
        done(this.code);
      });
    });
    for (const stream of [this.child.stdout, this.child.stderr]) this.#read(stream);
    if (extra) {
      this.extra = "";
      this.child.stdio[3].setEncoding("utf8").on("data", (text) => (this.extra += text));
    }
    if (input) this.child.stdin.on("error", () => {}); // the end is noticed by `ended`
  }

  #read(stream) {
    let rest = "";
    stream.setEncoding("utf8");
    stream.on("data", (text) => {
      const parts = (rest + text).split("\n");
      rest = parts.pop();
      this.lines.push(...parts);
      if (this.lines.length > KEEP_LINES) throw new Error(`${this.name} says too much`);
    });
    stream.on("end", () => rest && this.lines.push(rest));
  }

  get running() {
    return this.code === undefined;
  }

  /** A place in the log, to wait for what comes after it. */
  mark() {
    return this.lines.length;
  }

  find(pattern, from = 0) {
    for (let i = from; i < this.lines.length; i++) {
      const match = this.lines[i].match(pattern);
      if (match) return Object.assign(match, { line: i });
    }
    return null;
  }

  /** Waits for a line; the match carries `.line`. Ends early when the process does. */
  async line(pattern, { from = 0, ms } = {}) {
    const match = await waitFor(
      () => `${this.name} to say ${pattern}; its last line: ${this.lines[this.lines.length - 1]}`,
      () => {
        const found = this.find(pattern, from);
        if (!found && !this.running) return { gone: true };
        return found;
      },
      ms,
      3,
    );
    if (match.gone) throw new Error(`${this.name} ended (${this.code}) before it said ${pattern}; its last line: ${this.lines[this.lines.length - 1]}`);
    return match;
  }

  say(line) {
    this.child.stdin.write(`${line}\n`);
  }

  /** Ends it and waits until it has gone. */
  async stop(signal = "SIGTERM", ms = 10_000) {
    if (this.running) process.kill(this.pid, signal);
    try {
      return await within(`${this.name} to end after ${signal}`, this.ended, ms);
    } catch (error) {
      if (this.running) process.kill(this.pid, "SIGKILL");
      await this.ended;
      throw error;
    }
  }

  kill() {
    return this.stop("SIGKILL");
  }
}

/** Runs a command to its end; { code, lines }. */
export async function run(command, args, options = {}) {
  const p = new Process(command, command, args, options);
  await within(`${command} ${args.join(" ")} to end`, p.ended, options.ms).catch(async (error) => {
    await p.kill();
    throw error;
  });
  return p;
}
