// A sheet of the page: a button that prints, which is only there where a script can, and of when the sheet is.

import { locale } from "./site.js";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

/** Print that the page is as the clinic has told at `date`, the head of an answer: by the clock of the page's place. */
export function asOf(date) {
  const shown = document.getElementById("as-of");
  if (!shown || !date) return;
  const instant = new Date(date);
  const told = (parts) => instant.toLocaleString(locale, { ...parts, timeZone: shown.dataset.zone });
  const day = `${told({ weekday: "long" })} ${told({ day: "numeric", month: "long", year: "numeric" })}`;
  shown.dateTime = instant.toISOString();
  shown.textContent = `${day}, ${told({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" })}`;
}
