// The words of the account's menu, apart from the first bundle.
const en = {
  poster: "Poster and screens",
  signOut: "Sign out",
  version: (v: string) => `Puas ${v}`,
};
const id: typeof en = {
  poster: "Poster dan layar",
  signOut: "Keluar",
  version: (v) => `Puas ${v}`,
};

export const words = { en, id };
