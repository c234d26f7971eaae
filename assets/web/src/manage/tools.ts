// What the tabs of Manage that are files of their own take from its page, so that nothing is loaded twice (build.mjs). They import
// values from here and from kit.ts alone, but for what the page does not have; types may come from anywhere.
export { addDays, isDay } from "../trends/days.ts";
export { numbersOf } from "../trends/numbers.ts";
export { pathOf, useReport } from "../trends/report.ts";
export { Editor } from "./editor.tsx";
export { DateField, PlaceField, SelectField, TextField, TextsField } from "./fields.tsx";
export { HoursField, hoursWrong } from "./hours-field.tsx";
export { daysOf, idOf, lastOf, listChanges, spansOf, tidy, treeOf, upFrom, word, type Span } from "./items.ts";
export { AreaField, CheckField, ChecksField, LinesField, PicksField } from "./many-fields.tsx";
export { isUnder, nameOf, PlacePick, Split, today, useAfter, useEnded, useSayDay, Waiting } from "./parts.tsx";
export { Removal } from "./twice.tsx";
export { NEW, viewAddress } from "./view.ts";
export { useManageWords } from "./words.ts";
