// Paper is white, whatever the screen is.
import { useEffect } from "../kit.ts";

export function usePrintInLight(): void {
  useEffect(() => {
    const { dataset } = document.documentElement;
    let theme: string | undefined;
    const begin = () => {
      theme = dataset["theme"];
      dataset["theme"] = "light";
    };
    const end = () => {
      if (theme) dataset["theme"] = theme;
    };
    addEventListener("beforeprint", begin);
    addEventListener("afterprint", end);
    return () => {
      removeEventListener("beforeprint", begin);
      removeEventListener("afterprint", end);
    };
  }, []);
}
