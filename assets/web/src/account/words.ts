// The words of the account's menu, apart from the first bundle.
const en = {
  signOut: "Sign out",
  poster: "Poster and screens",
  version: (v: string) => `Puas ${v}`,
  title: "Messages on this device",
  off: "Hear of alerts here, also when this page is closed.",
  on: (place: string) => `Alerts of ${place} come here.`,
  start: "Switch on",
  stop: "Switch off",
  none: "This server sends no such messages. Its settings need a channel of the kind webpush.",
  cannot: "This browser cannot: it wants this page by https, and on an iPhone added to the home screen.",
  denied: "The browser was told not to show messages of this page. Its settings can change that.",
  failed: "The browser could not be signed on. Try again later.",
};
const id: typeof en = {
  signOut: "Keluar",
  poster: "Poster dan layar",
  version: (v) => `Puas ${v}`,
  title: "Pesan di perangkat ini",
  off: "Kabar peringatan sampai di sini, juga saat halaman ini ditutup.",
  on: (place) => `Peringatan ${place} sampai di sini.`,
  start: "Aktifkan",
  stop: "Matikan",
  none: "Server ini tidak mengirim pesan semacam ini. Setelannya memerlukan saluran berjenis webpush.",
  cannot: "Peramban ini belum bisa: halaman ini harus dibuka dengan https, dan di iPhone ditambahkan ke layar utama.",
  denied: "Peramban diminta untuk tidak menampilkan pesan dari halaman ini. Ubah di setelan peramban.",
  failed: "Peramban tidak dapat didaftarkan. Coba lagi nanti.",
};

export const words = { en, id };
