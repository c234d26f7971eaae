// The words of this page: a key that a language lacks is a compile error.
import type { Lang } from "../settings.ts";

const en = {
  place: "Place",
  which: "Which alerts",
  open: "Open",
  past: "Over",
  noneOpen: "No open alert",
  noneOpenHint: "Whatever is promised here is kept, as far as votes can tell.",
  nonePast: "No alert yet",
  nonePastHint: "Alerts that are over are kept here, with what they saw and how they ended.",
  lasted: (span: string) => `lasted ${span}`,
  votes: "Votes behind it",
  day: (place: string) => `${place}: the day`,
  older: "Earlier ones",
};

const id: typeof en = {
  place: "Tempat",
  which: "Peringatan yang mana",
  open: "Terbuka",
  past: "Sudah selesai",
  noneOpen: "Tidak ada peringatan terbuka",
  noneOpenHint: "Semua yang dijanjikan di sini ditepati, sejauh suara pelanggan dapat mengatakannya.",
  nonePast: "Belum ada peringatan",
  nonePastHint: "Peringatan yang sudah selesai tersimpan di sini, beserta apa yang dilihatnya dan bagaimana berakhirnya.",
  lasted: (span) => `berlangsung ${span}`,
  votes: "Suara di baliknya",
  day: (place) => `${place}: hari ini`,
  older: "Yang lebih awal",
};

export const words: Record<Lang, typeof en> = { en, id };
