// The words of this page, and those that stand on a poster, whose language is chosen apart from the reader's.
import type { Lang } from "../settings.ts";

const en = {
  heading: "Poster and screens",
  title: (place: string) => `Poster: ${place} · Puas`,
  place: "Place",
  lead: "Customers answer on their own phone: the poster's code opens the survey of this place. Such votes are shown apart, in no score of the kiosks.",
  none: "This place has no code yet.",
  noneViewer: "Your role may only look: ask a manager to make the code.",
  make: "Make the code",
  language: "Poster in",
  print: "Print, A4",
  open: "Open the survey",
  made: (by: string, date: string) => `Code made by ${by}, ${date}`,
  end: "Take the code back",
  endSure: "Posters with it will not work any more. Take it back?",
  endYes: "Yes, take it back",
  keep: "Keep it",
  screens: "Screens",
  screensHint: "A link opens a screen without a login, until it expires or is taken back.",
  screensBranch: "Screens belong to a branch: choose one above.",
  wall: "Staff room",
  wallHint: "Score, alerts, kiosks, what was done.",
  board: "For customers",
  boardHint: "Score and “you said, we did”. No alerts, no comments.",
  look: "Look",
};
export type Words = typeof en;
const id: Words = {
  heading: "Poster dan layar",
  title: (place) => `Poster: ${place} · Puas`,
  place: "Tempat",
  lead: "Pelanggan menjawab di ponselnya sendiri: kode pada poster membuka survei tempat ini. Suara itu ditampilkan terpisah, tidak masuk skor kios.",
  none: "Tempat ini belum punya kode.",
  noneViewer: "Peran Anda hanya dapat melihat: minta kepala cabang membuat kodenya.",
  make: "Buat kode",
  language: "Bahasa poster",
  print: "Cetak, A4",
  open: "Buka survei",
  made: (by, date) => `Kode dibuat oleh ${by}, ${date}`,
  end: "Cabut kode",
  endSure: "Poster dengan kode ini tidak akan berfungsi lagi. Cabut?",
  endYes: "Ya, cabut",
  keep: "Jangan",
  screens: "Layar",
  screensHint: "Tautan membuka layar tanpa masuk, sampai berakhir atau dicabut.",
  screensBranch: "Layar adalah milik cabang: pilih cabang di atas.",
  wall: "Ruang staf",
  wallHint: "Skor, peringatan, kios, apa yang sudah dilakukan.",
  board: "Untuk pelanggan",
  boardHint: "Skor dan “Anda bilang, kami lakukan”. Tanpa peringatan, tanpa komentar.",
  look: "Lihat",
};
export const WORDS: Record<Lang, Words> = { en, id };

const posterEn = {
  question: "How was our service today?",
  scan: "Point your phone's camera here",
  easy: "Half a minute. No app, no name.",
  promise: "Our promise",
  then: "What happens with your answer",
  thenMore: "It reaches the team of this place the same day. What we change because of it is shown on the screen at the exit.",
  alt: (url: string) => `QR code: ${url}`,
};
const posterId: typeof posterEn = {
  question: "Bagaimana layanan kami hari ini?",
  scan: "Arahkan kamera ponsel ke sini",
  easy: "Setengah menit. Tanpa aplikasi, tanpa nama.",
  promise: "Janji layanan kami",
  then: "Yang terjadi dengan jawaban Anda",
  thenMore: "Tim di tempat ini menerimanya pada hari yang sama. Yang kami perbaiki karenanya tampil di layar pintu keluar.",
  alt: (url) => `Kode QR: ${url}`,
};
export const POSTER: Record<Lang, typeof posterEn> = { en: posterEn, id: posterId };
