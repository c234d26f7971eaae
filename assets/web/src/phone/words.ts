// The kiosk's own catalogues (assets/locales), of which the build keeps what is said here, and the few words that a kiosk does not need.
import ar from "../../../locales/kiosk-ar.json";
import en from "../../../locales/kiosk-en.json";
import hi from "../../../locales/kiosk-hi.json";
import id from "../../../locales/kiosk-id.json";
import jv from "../../../locales/kiosk-jv.json";
import su from "../../../locales/kiosk-su.json";
import th from "../../../locales/kiosk-th.json";
import zh from "../../../locales/kiosk-zh.json";

type Catalogue = Record<string, string>;
const CATALOGUES: Record<string, Catalogue> = { ar, en, hi, id, jv, su, th, zh };

interface Own {
  loading: string;
  sending: string;
  unsent: string;
  unsentMore: string;
  busy: string;
  refused: string;
  again: (time: string) => string;
  againMore: (minutes: number) => string;
  ended: string;
  endedMore: string;
  failed: string;
  retry: string;
  many: (left: number) => string;
  language: string;
}
const OWN: Record<"en" | "id", Own> = {
  en: {
    loading: "One moment …",
    sending: "Sending …",
    unsent: "Not sent yet",
    unsentMore: "There is no connection. Your answer is kept on this phone and sent as soon as there is one.",
    busy: "Many people are answering just now. Your answer is sent in a moment.",
    refused: "Your answer could not be taken",
    again: (time) => `You told us at ${time}. Thank you!`,
    againMore: (minutes) => `After your next visit you can tell us again: from ${minutes} minutes after the last answer.`,
    ended: "This code is no longer in use",
    endedMore: "There may be a newer poster. Or use the screen at the exit.",
    failed: "The questions could not be loaded",
    retry: "Try again",
    many: (left) => `${left} characters left`,
    language: "Language",
  },
  id: {
    loading: "Sebentar …",
    sending: "Mengirim …",
    unsent: "Belum terkirim",
    unsentMore: "Tidak ada sambungan. Jawaban Anda disimpan di ponsel ini dan dikirim begitu tersambung.",
    busy: "Sedang banyak yang menjawab. Jawaban Anda dikirim sebentar lagi.",
    refused: "Jawaban Anda tidak dapat diterima",
    again: (time) => `Anda sudah menilai pukul ${time}. Terima kasih!`,
    againMore: (minutes) => `Setelah kunjungan berikutnya Anda dapat menilai lagi: mulai ${minutes} menit setelah jawaban terakhir.`,
    ended: "Kode ini sudah tidak dipakai",
    endedMore: "Mungkin ada poster yang lebih baru. Atau gunakan layar di pintu keluar.",
    failed: "Pertanyaan tidak dapat dimuat",
    retry: "Coba lagi",
    many: (left) => `sisa ${left} huruf`,
    language: "Bahasa",
  },
};

export const ownWords = (lang: string): Own => OWN[lang === "id" || lang === "jv" || lang === "su" ? "id" : "en"];
export const catalogue = (lang: string): Catalogue => CATALOGUES[lang] ?? en;
export const languageName = (lang: string): string => CATALOGUES[lang]?.["language"] ?? lang;

/** The survey's language that this browser's owner reads best. */
export function browserLanguage(languages: string[], usual: string): string {
  for (const tag of navigator.languages) {
    const base = tag.slice(0, 2).toLowerCase();
    const found = languages.find((lang) => lang === tag.toLowerCase() || lang === (base === "in" ? "id" : base));
    if (found) return found;
  }
  return usual;
}
