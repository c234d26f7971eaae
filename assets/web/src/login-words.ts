// What only the sign-in page says.
import type { Lang } from "./settings.ts";

const en = {
  signIn: "Sign in",
  signInLead: "See how your visitors feel today.",
  user: "User name",
  password: "Password",
  showPassword: "Show",
  hidePassword: "Hide",
  signingIn: "Signing in…",
  needUser: "Please enter your user name.",
  needPassword: "Please enter your password.",
  wrongLogin: "User name or password is not right. Capital letters count.",
};

const id: typeof en = {
  signIn: "Masuk",
  signInLead: "Lihat perasaan pengunjung Anda hari ini.",
  user: "Nama pengguna",
  password: "Kata sandi",
  showPassword: "Lihat",
  hidePassword: "Tutup",
  signingIn: "Sedang masuk…",
  needUser: "Isi nama pengguna Anda.",
  needPassword: "Isi kata sandi Anda.",
  wrongLogin: "Nama pengguna atau kata sandi salah. Huruf besar dan kecil dibedakan.",
};

export const LOGIN_WORDS: Record<Lang, typeof en> = { en, id };
