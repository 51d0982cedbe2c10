// On a phone each row of weekly hours is folded into a line that says it, a button that opens it: doctor.css shows these
// lines where the rows are too wide to be one.

import { locale } from "./site.js";

const table = document.querySelector("[data-empty-row]");
const rows = table.tBodies[0];

function field(row, name) {
  return row.querySelector(`[name$="-${name}"]`);
}

function day(input) {
  return input.valueAsDate?.toLocaleDateString(locale, { dateStyle: "medium", timeZone: "UTC" });
}

/** A row in a line: "Monday, 08:00–12:00, Annex, 2 Mar 2026–". */
function told(row) {
  const [weekday, start, end, location, first, last] = (
    ["weekday", "start", "end", "location", "valid_from", "valid_until"].map((name) => field(row, name)));
  if (![weekday, start, end, first, last].some((input) => input.value)) return table.dataset.emptyRow;
  const dates = first.value || last.value ? `${day(first) ?? ""}–${day(last) ?? ""}` : "";
  const parts = [
    weekday.value && weekday.selectedOptions[0].text,
    start.value || end.value ? `${start.value}–${end.value}` : "",
    location.selectedOptions[0]?.text,
    dates,
  ];
  const removed = field(row, "DELETE").checked ? `${table.dataset.removed} ` : "";
  return removed + parts.filter(Boolean).join(", ");
}

/** Put the line before its row. What is wrong in a row is in sight. */
function fold(row, isFolded) {
  const line = document.createElement("tr");
  const cell = document.createElement("td");
  const button = document.createElement("button");
  const tell = () => { button.textContent = told(row); };
  const show = (isOpen) => {
    row.classList.toggle("is-folded", !isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
  };
  row.id = `${field(row, "weekday").id}-row`;
  line.className = "fold";
  cell.colSpan = row.cells.length;
  Object.assign(button, { type: "button", className: "btn btn-quiet" });
  button.setAttribute("aria-controls", row.id);
  // Half a time cannot be sent, and its row must be able to say so.
  const isUnread = () => [...row.querySelectorAll("input")].some((input) => input.validity.badInput);
  button.addEventListener("click", () => show(row.classList.contains("is-folded") || isUnread()));
  row.addEventListener("input", tell);
  addEventListener("pageshow", tell); // a browser that comes back brings what was typed
  tell();
  show(!isFolded);
  cell.append(button);
  line.append(cell);
  row.before(line);
}

/** Whether the row, or the one below that speaks of all of it, says what is wrong. */
function isWrong(row) {
  const below = row.nextElementSibling;
  const parts = below?.matches(".window") ? [row] : [row, below];
  return parts.some((part) => part?.querySelector(".invalid-feedback"));
}

for (const row of [...rows.querySelectorAll(".window")]) fold(row, !isWrong(row));
// A row that is added is about to be typed in.
new MutationObserver((changes) => {
  for (const node of changes.flatMap((change) => [...change.addedNodes])) {
    if (node.matches?.(".window")) fold(node, false);
  }
}).observe(rows, { childList: true });
