import "./app.css";
import { render } from "preact";
import { App } from "./app.tsx";
import { applyTheme } from "./theme.ts";

export * from "./kit.ts";

applyTheme();
void navigator.serviceWorker?.register("/worker.js");
const root = document.getElementById("app");
if (root) render(<App />, root);
