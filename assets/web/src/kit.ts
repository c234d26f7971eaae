// What pages in files of their own take from the first bundle, so that nothing is loaded twice (build.mjs). They import
// values from here alone; types may come from anywhere.
export { Fragment, jsx, jsxs } from "preact/jsx-runtime";
export { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
export { Face } from "./face.tsx";
export { failureText, FieldError } from "./failure.tsx";
export { getJson, inWords, postJson } from "./http.ts";
export { Icon, Mark } from "./icons.tsx";
export { lazy } from "./lazy.tsx";
export { look } from "./live/line.ts";
export { MANY_PLACES, PlaceSearch } from "./place-search.tsx";
export { addressOf, follow, go } from "./route.ts";
export { Switches } from "./switches.tsx";
export { makeText, pick, TextContext, useText } from "./text.ts";
export { useAgain } from "./use-again.ts";
export { useWidth } from "./use-width.ts";
