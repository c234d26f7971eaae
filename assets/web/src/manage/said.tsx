// What a kiosk said in English, in the reader's language as far as there are words for it.
import { inWords, useEffect, useState, useText } from "../kit.ts";

export function Said({ text, as = (words) => words }: { text: string; as?: (words: string) => string }) {
  const { lang } = useText();
  const [words, setWords] = useState(text);
  useEffect(() => {
    let wanted = true;
    void inWords(text).then((found) => wanted && setWords(found));
    return () => {
      wanted = false;
    };
  }, [text, lang]);
  return <>{as(words)}</>;
}
