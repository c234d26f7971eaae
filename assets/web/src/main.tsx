import "./app.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { applyTheme } from "./theme.ts";

export * from "./kit.ts";

applyTheme();
navigator.serviceWorker?.register("/worker.js").catch(() => undefined); // a browser that keeps nothing refuses; the page does without
const root = document.getElementById("app");
if (root) render(<App />, root);
