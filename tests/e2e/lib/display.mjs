// X servers without hardware. TouchScreen: Xorg with the dummy screen and its `inputtest` driver, which gives true touch
// events. MouseScreen: Xvfb, clicked by xdotool.
import { existsSync, writeFileSync } from "node:fs";
import { BIN, Skip } from "./world.mjs";
import { run } from "./process.mjs";
import { waitFor, within } from "./wait.mjs";

const START_MS = 20_000;
const DRIVERS = ["/usr/lib/xorg/modules/drivers/dummy_drv.so", "/usr/lib/xorg/modules/input/inputtest_drv.so"];

async function displayOf(server, name) {
  await waitFor(
    () => `${name} to start; it says: ${server.lines.slice(-3).join(" | ")}`,
    () => {
      if (!server.running) throw new Error(`${name} ended (${server.code})`);
      return /^\d+\n/.test(server.extra);
    },
    START_MS,
  );
  return `:${server.extra.trim()}`;
}

export class TouchScreen {
  static async start(world, { width = 1280, height = 800 } = {}) {
    if (process.getuid() !== 0) throw new Skip("an X server with touch devices of our own needs root");
    const missing = DRIVERS.find((path) => !existsSync(path));
    if (missing) throw new Error(`${missing} is missing: make test-deps`);
    const screen = new TouchScreen();
    const socket = world.path("touch.socket");
    const file = world.path("xorg.conf");
    writeFileSync(file, config(width, height, socket, world.path("pointer.socket")));
    const server = world.process("Xorg", "Xorg", ["-displayfd", "3", "-config", file, "-logfile", world.path("xorg.log"), "-novtswitch", "-sharevts", "-noreset", "-nolisten", "tcp"], { extra: true });
    screen.display = await displayOf(server, "Xorg");
    await waitFor("the touch driver's socket", () => existsSync(socket), START_MS);
    // One connection an Xorg run: it lives as long as the server.
    screen.finger = world.process("puas-touch", `${BIN}/tools/puas-touch`, [socket], { env: { DISPLAY: screen.display }, input: true });
    await screen.finger.line(/^ready (\d+) (\d+)$/, { ms: START_MS });
    return screen;
  }

  async #ask(command, answer) {
    const from = this.finger.mark();
    this.finger.say(command);
    return this.finger.line(answer, { from, ms: 5000 });
  }

  /** The match holds when it came down: microseconds of CLOCK_MONOTONIC. */
  down(x, y, id = 1) {
    return this.#ask(`down ${id} ${x} ${y}`, /^ok (\d+)$/);
  }

  up(x, y, id = 1) {
    return this.#ask(`up ${id} ${x} ${y}`, /^ok (\d+)$/);
  }

  async tap(x, y) {
    await this.down(x, y);
    await this.up(x, y);
  }

  async pixel(x, y) {
    return (await this.#ask(`pixel ${x} ${y}`, /^pixel ([0-9a-f]{6})$/))[1];
  }
}

export class MouseScreen {
  static async start(world, { width = 1280, height = 800 } = {}) {
    const screen = new MouseScreen();
    const server = world.process("Xvfb", "Xvfb", ["-displayfd", "3", "-screen", "0", `${width}x${height}x24`, "-nolisten", "tcp", "-noreset"], { extra: true });
    screen.display = await displayOf(server, "Xvfb");
    return screen;
  }

  async #do(...args) {
    const done = await within("xdotool", run("xdotool", args, { env: { DISPLAY: this.display } }), 10_000);
    if (done.code !== 0) throw new Error(`xdotool: ${done.lines.join(" ")}`);
  }

  tap(x, y) {
    return this.#do("mousemove", `${x}`, `${y}`, "click", "1");
  }

  down(x, y) {
    return this.#do("mousemove", `${x}`, `${y}`, "mousedown", "1");
  }

  up() {
    return this.#do("mouseup", "1");
  }

  /** Strikes keys of a keyboard, by their X names: "3", "KP_Enter", "Right". */
  key(...names) {
    return this.#do("key", ...names);
  }
}

const config = (width, height, touch, pointer) => `Section "ServerFlags"
 Option "AutoAddDevices" "false"
 Option "AutoEnableDevices" "false"
 Option "AllowMouseOpenFail" "true"
EndSection
Section "Device"
 Identifier "card"
 Driver "dummy"
 VideoRam 65536
EndSection
Section "Monitor"
 Identifier "monitor"
 HorizSync 5-1000
 VertRefresh 5-200
 Modeline "${width}x${height}" 83.50 ${width} ${width + 72} ${width + 200} ${width + 400} ${height} ${height + 3} ${height + 9} ${height + 31}
EndSection
Section "Screen"
 Identifier "screen"
 Device "card"
 Monitor "monitor"
 DefaultDepth 24
 SubSection "Display"
  Depth 24
  Modes "${width}x${height}"
  Virtual ${width} ${height}
 EndSubSection
EndSection
Section "InputDevice"
 Identifier "touch"
 Driver "inputtest"
 Option "SocketPath" "${touch}"
 Option "DeviceType" "Touch"
 Option "TouchCount" "10"
EndSection
Section "InputDevice"
 Identifier "pointer"
 Driver "inputtest"
 Option "SocketPath" "${pointer}"
 Option "DeviceType" "PointerAbsolute"
EndSection
Section "ServerLayout"
 Identifier "layout"
 Screen "screen"
 InputDevice "touch" "SendCoreEvents"
 InputDevice "pointer" "CorePointer"
EndSection
`;
