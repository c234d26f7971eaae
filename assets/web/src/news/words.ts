// The words of good news: a key that a language lacks is a compile error.
import type { Lang } from "../settings.ts";

const en = {
  title: "Good news",
  none: "Nothing yet. The first thousand answers, a proven step of a goal and a year above the promise are told here.",
  answers: (n: string) => `${n} answers`,
  step: (share: string) => `${share} satisfied: a step of the goal is reached, surely`,
  year: "A year above the promise, every four weeks of it",
  older: "Older ones",
};

const id: typeof en = {
  title: "Kabar baik",
  none: "Belum ada. Seribu jawaban pertama, langkah sasaran yang pasti tercapai, dan setahun di atas janji diberitakan di sini.",
  answers: (n) => `${n} jawaban`,
  step: (share) => `${share} puas: satu langkah sasaran tercapai, pasti`,
  year: "Setahun di atas janji, setiap empat minggunya",
  older: "Yang lebih lama",
};

export const words: Record<Lang, typeof en> = { en, id };
