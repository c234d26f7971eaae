// The words of the log: a key that a language lacks is a compile error.
import type { Lang } from "../settings.ts";
import { useManageWords } from "./tools.ts";

const of = (map: Record<string, string>) => (key: string): string => map[key] ?? key;

const DONE = {
  login: "signed in", logout: "signed out", manage: "changed", "user-password": "password", retention: "how long what is kept", "config-apply": "configuration applied", "content-push": "content sent", "content-clear": "content withdrawn", "content-plan": "content planned", "content-withdraw": "plan withdrawn", tell: "told on kiosks", "tell-end": "told no more", "kiosk-order": "order to a kiosk", "kiosk-password": "password of a kiosk",
  "alert-ack": "alert acknowledged", "alert-comment": "alert commented", "alert-resolve": "alert closed", "alert-assign": "alert assigned", "alert-reopen": "alert reopened", "alert-check": "playbook ticked", "alert-recover": "given to a customer", "alert-offer": "words for customers",
  silence: "silenced", "silence-end": "silence ended", "contacts-read": "contacts read", "contact-take": "contact taken", "contact-outcome": "contact settled", "contact-open": "contact opened", "contact-erase": "contact erased", "channel-test": "channel tried", "channel-secret": "secret of a channel", "token-add": "token made", "token-revoke": "token revoked",
  "share-open": "link made", "share-end": "link ended", "webpush-on": "messages on a device", "mailing-stop": "unsubscribed", import: "import", "import-undo": "import undone", erase: "erased",
  improvement: "improvement log", "phone-open": "code for phones made", "phone-end": "code for phones revoked", "webpush-off": "no messages on a device", "rollups-repair": "figures repaired", "verdicts-rerun": "votes judged again",
};
const DONE_ID: typeof DONE = {
  login: "masuk", logout: "keluar", manage: "mengubah", "user-password": "kata sandi", retention: "lama penyimpanan", "config-apply": "menerapkan konfigurasi", "content-push": "mengirim isi", "content-clear": "menarik isi", "content-plan": "isi dijadwalkan", "content-withdraw": "jadwal dibatalkan", tell: "disampaikan di kios", "tell-end": "tidak disampaikan lagi", "kiosk-order": "perintah ke kios", "kiosk-password": "kata sandi kios",
  "alert-ack": "menangani peringatan", "alert-comment": "menulis komentar", "alert-resolve": "menutup peringatan", "alert-assign": "menugaskan peringatan", "alert-reopen": "membuka lagi peringatan", "alert-check": "mencentang panduan", "alert-recover": "memberi ganti rugi", "alert-offer": "kata untuk pelanggan",
  silence: "menyenyapkan", "silence-end": "mengakhiri senyap", "contacts-read": "membaca kontak", "contact-take": "mengambil kontak", "contact-outcome": "menyelesaikan kontak", "contact-open": "membuka kontak", "contact-erase": "menghapus kontak", "channel-test": "mencoba saluran", "channel-secret": "rahasia saluran", "token-add": "membuat token", "token-revoke": "mencabut token",
  "share-open": "membuat tautan", "share-end": "mengakhiri tautan", "webpush-on": "pesan di perangkat", "mailing-stop": "berhenti berlangganan", import: "impor", "import-undo": "membatalkan impor", erase: "menghapus",
  improvement: "catatan perbaikan", "phone-open": "membuat kode ponsel", "phone-end": "mencabut kode ponsel", "webpush-off": "menghentikan pesan di perangkat", "rollups-repair": "memperbaiki angka", "verdicts-rerun": "menilai ulang suara",
};
const THINGS = { place: "Place", kiosk: "Kiosk", calendar: "Calendar", survey: "Survey", standard: "Standard", user: "Person", channel: "Channel", mailing: "Report by mail" };
const THINGS_ID: typeof THINGS = { place: "Tempat", kiosk: "Kios", calendar: "Kalender", survey: "Survei", standard: "Standar", user: "Orang", channel: "Saluran", mailing: "Laporan lewat surel" };

const en = {
  log: "Who has done what",
  logHint: "Newest first. Nothing is ever taken out of it.",
  who: "Who",
  action: "What",
  everything: "Everything",
  subject: "About",
  detail: "In detail",
  older: "Older ones",
  kept: {
    title: "How long what is kept", hint: "As aggregator.yaml says.", chosen: "As chosen here.", contacts: "Contact data", comments: "Words of customers", answers: "Single answers", counts: "Counts by quarter hour and day",
    change: "Change", saved: "What is older goes from now on.", look: "What would go?", save: "Save", saveLoss: "Save, and delete what is older",
    contactsHint: "Days, 365 at most. What a screen has promised before stands.", commentsHint: "Days; empty: for ever. The answers stay.", answersHint: "Days; empty: for ever. Counts stay, and with them trends.",
    contactsWrong: "A whole number from 1 to 365.", daysWrong: "A whole number of days, or empty: for ever.",
    nothingGoes: "Nothing goes by its age.", wordsGo: (at: string) => `Words from before ${at} go.`, answersGo: (n: string, at: string) => `About ${n} single answers from before ${at} go.`, forGood: "For ever: only a backup has them then.",
    back: (words: string, answers: string) => `As aggregator.yaml says (words ${words}, answers ${answers})`,
  },
  forDays: (n: number) => (n === 0 ? "for ever" : `${n} ${n === 1 ? "day" : "days"}`),
  actionOf: of(DONE),
  thing: of(THINGS),
  made: "new",
  changed: "changed",
  ended: "taken out",
  from: (at: string) => `from ${at}`,
};
export type LogWords = typeof en;

const id: LogWords = {
  log: "Siapa melakukan apa",
  logHint: "Terbaru di atas. Tidak ada yang pernah dihapus darinya.",
  who: "Siapa",
  action: "Apa",
  everything: "Semua",
  subject: "Tentang",
  detail: "Rincian",
  older: "Yang lebih lama",
  kept: {
    title: "Berapa lama disimpan", hint: "Menurut aggregator.yaml.", chosen: "Menurut pilihan di sini.", contacts: "Data kontak", comments: "Kata-kata pelanggan", answers: "Jawaban satu per satu", counts: "Hitungan per seperempat jam dan hari",
    change: "Ubah", saved: "Yang lebih lama dihapus mulai sekarang.", look: "Apa yang akan dihapus?", save: "Simpan", saveLoss: "Simpan, dan hapus yang lebih lama",
    contactsHint: "Hari, paling lama 365. Yang sudah dijanjikan di layar tetap berlaku.", commentsHint: "Hari; kosong: selamanya. Jawabannya tetap ada.", answersHint: "Hari; kosong: selamanya. Hitungan tetap ada, begitu pula tren.",
    contactsWrong: "Bilangan bulat dari 1 sampai 365.", daysWrong: "Jumlah hari sebagai bilangan bulat, atau kosong: selamanya.",
    nothingGoes: "Tidak ada yang dihapus karena umurnya.", wordsGo: (at) => `Kata-kata dari sebelum ${at} dihapus.`, answersGo: (n, at) => `Sekitar ${n} jawaban dari sebelum ${at} dihapus.`, forGood: "Untuk selamanya: sesudahnya hanya ada dalam cadangan.",
    back: (words, answers) => `Menurut aggregator.yaml (kata-kata ${words}, jawaban ${answers})`,
  },
  forDays: (n) => (n === 0 ? "selamanya" : `${n} hari`),
  actionOf: of(DONE_ID),
  thing: of(THINGS_ID),
  made: "baru",
  changed: "diubah",
  ended: "dikeluarkan",
  from: (at) => `mulai ${at}`,
};

const WORDS: Record<Lang, LogWords> = { en, id };

export function useLogWords() {
  const text = useManageWords();
  return { ...text, l: WORDS[text.lang] };
}
