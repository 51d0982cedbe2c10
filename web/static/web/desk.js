// The desk: the calendar over the day's data, the dialog for one visit, and what others change meanwhile.

import { announce, csrfToken, locale, reached, signedOut, unreachable } from "./site.js";
import { bindKeys } from "./keys.js";
import { onVisitChanged, openPanel } from "./panel.js";
import { asOf } from "./printing.js";

const REFRESH_MILLISECONDS = 4000;
// So that a screen that nobody looks at is signed out all the same.
const BY_ITSELF = { "HX-Request": "true", "X-Asks-By-Itself": "yes" };

const desk = document.getElementById("desk");
const day = document.getElementById("day");
const box = document.getElementById("calendar");
const { htmx } = window;

let data = readData();
let calendar = null;
let dragging = false;
let tag = null;

function readData() {
  return JSON.parse(document.getElementById("calendar-data").textContent);
}

// --- The calendar ---------------------------------------------------------------------------------

function columns() {
  return data.doctors.map((doctor) => ({ id: doctor.id, title: doctor.name, extendedProps: { about: doctor.about } }));
}

function events() {
  const shaded = data.shaded.map((stretch, number) => ({
    id: `s${number}`,
    display: "background",
    resourceIds: [stretch.doctor],
    start: stretch.start,
    end: stretch.end,
    classNames: ["shade", `shade-${stretch.why}`],
    extendedProps: { text: stretch.text },
  }));
  const visits = data.visits.map((visit) => ({
    id: `v${visit.id}`,
    resourceIds: [visit.doctor],
    start: visit.start,
    end: visit.end,
    classNames: [`is-${visit.status}`, minutes(visit) < 20 ? "is-short" : "is-long"],
    startEditable: visit.moves,
    durationEditable: visit.stretches,
    extendedProps: visit,
  }));
  return [...shaded, ...visits];
}

function minutes(visit) {
  return (Date.parse(visit.end) - Date.parse(visit.start)) / 60000;
}

function element(tagName, className, text) {
  const made = document.createElement(tagName);
  made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** What a visit shows: a button of its own, since the calendar's own boxes are none for those who hear the page. */
function content({ event }) {
  if (event.display === "background") {
    return { domNodes: event.extendedProps.text ? [element("span", "shade-text", event.extendedProps.text)] : [] };
  }
  const visit = event.extendedProps;
  if (!visit.id) return { domNodes: [] };
  const button = element("button", "visit");
  button.type = "button";
  button.id = `visit-${visit.id}`;
  button.dataset.visit = visit.id;
  button.tabIndex = -1;
  button.setAttribute("aria-label", [visit.label, visit.about].filter(Boolean).join(", "));
  const state = element("span", "visit-state", visit.words);
  button.append(element("span", "visit-name", visit.patient), element("span", "visit-time", wallTime(event.start)), state);
  return { domNodes: [button] };
}

function two(number) {
  return String(number).padStart(2, "0");
}

function wallTime(date) {
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

function wall(date) {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}T${wallTime(date)}`;
}

function draw() {
  const offset = `${data.offset.slice(0, 3)}:${data.offset.slice(3)}`;
  const clock = { hour: "2-digit", minute: "2-digit", hour12: false };
  calendar = window.EventCalendar.create(box, {
    view: data.view === "week" ? "timeGridWeek" : "resourceTimeGridDay",
    date: data.day,
    firstDay: 1,
    timeZone: offset,
    // English as the rest of the page writes it: Wed 4 Mar, and not Wed, Mar 4.
    locale,
    headerToolbar: { start: "", center: "", end: "" },
    height: "100%",
    allDaySlot: false,
    slotDuration: "00:15",
    snapDuration: "00:05",
    slotLabelInterval: "01:00",
    slotHeight: 24,
    slotMinTime: data.from,
    slotMaxTime: data.until,
    scrollTime: data.from,
    slotLabelFormat: clock,
    eventTimeFormat: clock,
    dayHeaderFormat: { weekday: "short", day: "numeric", month: "short" },
    columnWidth: data.view === "week" ? "minmax(6.5rem, 1fr)" : "minmax(8.5rem, 1fr)",
    nowIndicator: true,
    slotEventOverlap: false,
    resources: columns(),
    resourceLabelContent: ({ resource }) => ({
      domNodes: [element("span", "who-name", resource.title), element("span", "who-about", resource.extendedProps?.about)],
    }),
    events: events(),
    eventContent: content,
    eventDidMount: ({ el }) => el.setAttribute("role", "none"),
    eventDragStart: () => { dragging = true; },
    eventDragStop: settleDrag,
    eventResizeStart: () => { dragging = true; },
    eventResizeStop: settleDrag,
    eventDrop: drop,
    eventResize: drop,
    dateClick: data.books ? bookAt : undefined,
    longPressDelay: 400,  // a finger that goes on at once scrolls
  });
  tidy();
}

// The click that ends a drag is not a click.
function settleDrag() {
  setTimeout(() => { dragging = false; });
}

// A device breaks a drag off for a palm or a call. The calendar goes on showing where the visit would be: draw it anew.
addEventListener("pointercancel", () => {
  if (!dragging) return;
  const { scrollTop, scrollLeft } = box.querySelector(".ec-main");
  window.EventCalendar.destroy(calendar);
  draw();
  box.querySelector(".ec-main").scrollTo(scrollLeft, scrollTop);
  dragging = false;
});

/** The calendar calls itself a table with cells of nothing. To those who hear the page it is a group of buttons. */
function tidy() {
  for (const part of box.querySelectorAll("[role=table], [role=row], [role=rowgroup], [role=cell], [role=columnheader]")) {
    part.removeAttribute("role");
    part.removeAttribute("aria-colindex");
    part.removeAttribute("aria-colspan");
  }
  for (const aside of box.querySelectorAll("aside")) aside.setAttribute("role", "none");
  for (const time of box.querySelectorAll("time[aria-label]")) time.removeAttribute("aria-label");
  const main = box.querySelector(".ec-main");
  if (main && main.tabIndex !== 0) {
    main.tabIndex = 0;
    main.setAttribute("role", "group");
    main.setAttribute("aria-label", desk.dataset.calendar);
    main.setAttribute("aria-description", desk.dataset.keysHelp);
  }
  const visits = box.querySelectorAll("button.visit");
  if (visits.length && !box.querySelector("button.visit[tabindex='0']")) visits[0].tabIndex = 0;
}

async function send(url, fields) {
  const body = new URLSearchParams(fields);
  const response = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() } });
  if (response.status === 401) {
    signedOut();  // the visit goes back to where it was
    return { ok: false, text: "" };
  }
  return { ok: response.ok, text: (await response.json()).text };
}

async function drop({ event, oldEvent, newResource, jsEvent, revert }) {
  const visit = event.extendedProps;
  if (!newResource && wall(event.start) === wall(oldEvent.start) && wall(event.end) === wall(oldEvent.end)) {
    if (jsEvent.pointerType !== "mouse") openPanel(visitUrl(visit.id));  // a finger that only rested on it
    return;
  }
  const doctor = newResource?.id ?? visit.doctor;
  const fields = { doctor, start: wall(event.start), end: wall(event.end), version: visit.version, place: data.place };
  let answer;
  try {
    answer = await send(`${desk.dataset.visits}${visit.id}/drop/`, fields);
  } catch {
    answer = { ok: false, text: document.body.dataset.offline };
  }
  if (!answer.ok) revert();
  if (answer.text) announce(answer.text, answer.ok ? "success" : "error");
  await refresh();
  if (!answer.ok) redraw();
}

function bookAt({ date, resource }) {
  const doctor = resource?.id ?? data.doctors[0]?.id;
  openPanel(`${data.bookUrl}?${new URLSearchParams({ slot: `${doctor}@${wall(date)}@${data.place}`, whom: `doctor:${doctor}` })}`);
}

function redraw() {
  if (!calendar) return;
  const focused = document.activeElement?.id;
  calendar.setOption("slotMinTime", data.from);
  calendar.setOption("slotMaxTime", data.until);
  if (data.view !== "week") calendar.setOption("resources", columns());
  calendar.setOption("events", events());
  requestAnimationFrame(() => {
    tidy();
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus();
  });
}

// --- What others change ---------------------------------------------------------------------------

async function refresh() {
  if (dragging) return;
  let response;
  try {
    response = await fetch(desk.dataset.refresh, { headers: { ...BY_ITSELF, ...(tag && { "If-None-Match": tag }) } });
  } catch {
    unreachable();
    return;
  }
  if (response.status >= 500) unreachable();
  else if (!response.redirected) reached();
  if (response.redirected) signedOut();
  if (response.ok || response.status === 304) asOf(response.headers.get("Date"));
  if (!response.ok || response.redirected || dragging) return;
  tag = response.headers.get("ETag");
  const focused = document.activeElement?.id;
  day.innerHTML = await response.text();
  htmx.process(day);
  const had = data.doctors.length;
  data = readData();
  if (Boolean(box) !== (data.doctors.length > 0) && data.view !== "agenda" && had !== data.doctors.length) location.reload();
  redraw();
  if (focused && !document.activeElement?.id) document.getElementById(focused)?.focus();
}

setInterval(() => { if (!document.hidden) refresh(); }, REFRESH_MILLISECONDS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });

// --- One visit ------------------------------------------------------------------------------------

function visitUrl(id, what = "") {
  return `${desk.dataset.visits}${id}/${what}`;
}

box?.addEventListener("click", (event) => {
  const visit = event.target.closest("button.visit");
  if (visit && !dragging) openPanel(visitUrl(visit.dataset.visit));
});
onVisitChanged(refresh);

for (const form of document.querySelectorAll("form[data-sends-itself]")) {
  form.addEventListener("change", () => form.requestSubmit());
}

// --- The keyboard in the calendar: one stop, then arrows --------------------------------------------

const SIDEWAYS = { ArrowLeft: -1, ArrowRight: 1 };

function neighbour(button, key) {
  const current = data.visits.find((visit) => String(visit.id) === button.dataset.visit);
  if (!current) return null;
  const column = (visit) => (data.view === "week" ? visit.start.slice(0, 10) : visit.doctor);
  const order = data.view === "week"
    ? [...new Set(data.visits.map(column))].sort()
    : data.doctors.map((doctor) => doctor.id).filter((id) => data.visits.some((visit) => visit.doctor === id));
  const within = (wanted) => data.visits.filter((visit) => column(visit) === wanted)
    .sort((a, b) => (a.start < b.start ? -1 : 1));
  if (key in SIDEWAYS) {
    const next = within(order[order.indexOf(column(current)) + SIDEWAYS[key]]);
    return next.find((visit) => visit.end > current.start) ?? next.at(-1) ?? null;
  }
  const own = within(column(current));
  return own[own.indexOf(current) + (key === "ArrowUp" ? -1 : 1)] ?? null;
}

box?.addEventListener("keydown", (event) => {
  const button = event.target.closest("button.visit");
  if (!button || !event.key.startsWith("Arrow")) return;
  event.preventDefault();
  event.stopPropagation();
  const next = neighbour(button, event.key);
  const target = next && document.getElementById(`visit-${next.id}`);
  if (!target) return;
  button.tabIndex = -1;
  target.tabIndex = 0;
  target.focus();
  target.scrollIntoView({ block: "nearest", inline: "nearest" });
});

bindKeys({
  m() {
    const visit = document.activeElement?.closest("[data-visit]");
    if (visit) openPanel(visitUrl(visit.dataset.visit, "move/"));
  },
});
if (box) {
  draw();
  new MutationObserver(tidy).observe(box, { childList: true, subtree: true });
}
desk.dataset.alive = "yes";
