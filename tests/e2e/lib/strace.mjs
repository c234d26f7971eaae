// Kills a running program at the n-th of its next system calls.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { waitFor } from "./wait.mjs";
import { Skip } from "./world.mjs";

/** Skips where one process may not trace another. */
export function mayTrace() {
  const scope = "/proc/sys/kernel/yama/ptrace_scope";
  const value = existsSync(scope) ? Number(readFileSync(scope, "utf8")) : 0;
  if (value === 3 || (value > 0 && process.getuid() !== 0)) throw new Skip(`strace may not attach here (ptrace_scope ${value}, not root)`);
}

/** From now on the n-th `calls` of the process (all threads) is its end. Returns when that is in force, or already done. */
export const killAt = (world, target, calls, n) => inject(world, target, calls, `signal=SIGKILL:when=${n}`);

/** From now on something happens to `calls` of the process (all threads), in strace's words. Returns when that is in force. */
export async function inject(world, target, calls, what) {
  const args = ["-f", "-qq", "-o", "/dev/null", "-e", `trace=${calls}`, "-e", `inject=${calls}:${what}`, "-p", `${target.pid}`];
  const strace = world.process(`strace ${what}`, "strace", args);
  const threads = () => readdirSync(`/proc/${target.pid}/task`).map((id) => readFileSync(`/proc/${target.pid}/task/${id}/status`, "utf8"));
  await waitFor(`strace to hold ${target.name}`, () => {
    if (!target.running) return true; // its own work, a line of its log say, came before what the test sends
    if (!strace.running) throw new Error(`strace ended: ${strace.lines.join(" ")}`);
    return threads().every((status) => /^TracerPid:\t[1-9]/m.test(status));
  });
  return strace;
}
