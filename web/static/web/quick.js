// Quick booking: find the patient, say with whom, take the first time. Every step goes on to the next by Enter.

import { announce, csrfToken, signedOut } from "./site.js";
import { combobox } from "./combobox.js";
import { doctorOptions } from "./doctors.js";

const SEARCH_DELAY_MILLISECONDS = 150;

/** What `url` answers; nothing, and a word about it, if it cannot be had. */
async function post(url, body, signal) {
  const headers = { "X-CSRFToken": csrfToken(), "HX-Request": "true" };
  let response;
  try {
    response = await fetch(url, { method: "POST", body, headers, signal });
  } catch (error) {
    if (error.name !== "AbortError") announce(document.body.dataset.offline, "error");
    return "";
  }
  // Who was signed out meanwhile is not shown the log-in page inside of this one.
  if (response.status === 401 || response.redirected) signedOut({ sent: true });
  else if (!response.ok) announce(document.body.dataset.failed, "error");
  return response.ok && !response.redirected ? response.text() : "";
}

/** Bring the form in `root`, if there is one, to life; once. */
export function enhanceBooking(root) {
  const form = root.querySelector("#booking");
  if (!form || form.dataset.alive) return;
  form.dataset.alive = "yes";
  for (const plain of form.querySelectorAll(".only-plain")) plain.remove();
  const whom = enhanceWhom(form);
  const times = enhanceTimes(form);
  enhancePatient(form, whom);
  for (const name of ["whom", "appointment_type", "day", "part_of_day"]) {
    form.elements[name]?.addEventListener("change", () => times.look(false));
  }
  whom.onChoice = (byKey) => times.look(byKey);
  // Enter in a field goes on, and does not book: that is the button's, and the times'.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("#id_day, #id_reason, #id_notes, #new-patient input")) {
      event.preventDefault();
      if (event.target.closest("#new-patient")) form.querySelector("[data-register]").click();
    }
  });
}

function enhancePatient(form, whom) {
  const input = form.querySelector("#id_query");
  const list = form.querySelector("#patient-options");
  const hidden = form.querySelector("#id_patient");
  const chosen = form.querySelector("#chosen");
  const search = form.querySelector("#search");
  let last = null;

  combobox(input, list, {
    delay: SEARCH_DELAY_MILLISECONDS,
    async find(text) {
      last?.abort();
      last = new AbortController();
      if (!text) return [];
      const made = document.createElement("ul");
      made.innerHTML = await post(form.dataset.patients, new URLSearchParams({ query: text }), last.signal);
      const found = [...made.children];
      if (form.querySelector("#new-patient")) {
        const fresh = document.createElement("li");
        fresh.id = "p-new";
        fresh.setAttribute("role", "option");
        fresh.dataset.value = "";
        fresh.textContent = `${form.dataset.new}: ${text}`;
        found.push(fresh);
      }
      return found;
    },
    choose(option, byKey) {
      if (!option.dataset.value) {
        const details = form.querySelector("#new-patient");
        details.open = true;
        form.elements.full_name.value = input.value;
        form.elements.phone_number.focus();
        return;
      }
      hidden.value = option.dataset.value;
      form.querySelector("#chosen-text").replaceChildren(...[...option.childNodes].map((node) => node.cloneNode(true)));
      chosen.hidden = false;
      search.hidden = true;
      form.querySelector("#new-patient")?.setAttribute("hidden", "");
      whom.focus(byKey);
    },
  });
  form.querySelector("[data-other]")?.addEventListener("click", (event) => {
    event.preventDefault();
    hidden.value = "";
    chosen.hidden = true;
    search.hidden = false;
    form.querySelector("#new-patient")?.removeAttribute("hidden");
    input.value = "";
    input.focus();
  });
  if (hidden.value && !form.querySelector(".summary")) whom.focus(true);
}

/** The select of doctors and specialties becomes a field to type into; the select stays, unseen, and is sent. */
function enhanceWhom(form) {
  const select = form.elements.whom;
  const label = form.querySelector(`label[for="${select.id}"]`);
  const input = document.createElement("input");
  const list = document.createElement("ul");
  const holder = document.createElement("div");
  holder.className = "combo";
  Object.assign(input, { type: "text", id: "whom-text", className: "form-control", autocomplete: "off" });
  Object.assign(list, { id: "whom-options", className: "options", hidden: true });
  holder.append(input, list);
  label.htmlFor = input.id;
  select.hidden = true;
  select.after(holder);
  input.value = select.selectedOptions[0].textContent;
  const api = {
    onChoice: () => {},
    // Who came by a time in the calendar has said with whom and when.
    focus: () => {
      const time = form.elements.clicked && form.querySelector("#times input:checked");
      (time || input).focus();
      if (!time) input.select();
    },
  };

  let last = null;
  combobox(input, list, {
    openOnFocus: true,
    none: form.dataset.none,
    delay: form.dataset.doctors ? SEARCH_DELAY_MILLISECONDS : 0,
    async find(text) {
      const wanted = fold(text);
      const all = wanted === fold(select.selectedOptions[0].textContent);
      last?.abort();
      last = new AbortController();
      // Of thousands of doctors the select has none but who is chosen.
      const others = form.dataset.doctors && wanted && !all ? await doctorOptions(form.dataset.doctors, text, last.signal) : [];
      if (!others) return null;
      for (const other of others) other.dataset.value = `doctor:${other.dataset.value}`;
      const here = [...select.options].filter((option) => all || !wanted || matches(option.textContent, wanted)).map((option) => {
        const made = document.createElement("li");
        made.id = `w-${option.index}`;
        made.setAttribute("role", "option");
        made.dataset.value = option.value;
        made.append(option.textContent);
        if (option.parentElement.label) {
          const kind = document.createElement("span");
          kind.className = "quiet small";
          kind.textContent = ` ${option.parentElement.label}`;
          made.append(kind);
        }
        return made;
      });
      const known = new Set(here.map((option) => option.dataset.value));
      return [...here, ...others.filter((other) => !known.has(other.dataset.value))];
    },
    choose(option, byKey) {
      if (![...select.options].some(({ value }) => value === option.dataset.value)) {
        select.add(new Option(option.dataset.text, option.dataset.value));
      }
      select.value = option.dataset.value;
      input.value = select.selectedOptions[0].textContent;
      api.onChoice(byKey);
    },
  });
  input.addEventListener("blur", () => { input.value = select.selectedOptions[0].textContent; });
  return api;
}

function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

function matches(text, wanted) {
  return fold(text).split(/[\s-]+/).some((word) => word.startsWith(wanted)) || fold(text).includes(` ${wanted}`)
    || fold(text).startsWith(wanted);
}

function enhanceTimes(form) {
  const region = form.querySelector("#times");
  let asked = 0;
  let booksThen = false;

  async function look(byKey, more = false) {
    const ticket = asked += 1;
    const body = new URLSearchParams(new FormData(form));
    if (more) body.set("many", "yes");
    region.setAttribute("aria-busy", "true");
    if (byKey) region.focus();
    const html = await post(form.dataset.times, body);
    if (ticket !== asked) return;
    region.innerHTML = html;
    region.removeAttribute("aria-busy");
    if (byKey) (region.querySelector("input:checked") ?? region.querySelector("button"))?.focus();
    if (booksThen && region.querySelector("input:checked")) form.requestSubmit(form.querySelector("#book"));
    booksThen = false;
  }

  region.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && region.hasAttribute("aria-busy")) {
      event.preventDefault();
      booksThen = true;
    } else if (event.key === "Enter" && event.target.matches("input[type=radio]")) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("#book"));
    }
  });
  region.addEventListener("click", (event) => {
    if (!event.target.closest("[data-more]")) return;
    event.preventDefault();
    look(true, true);
  });
  return { look };
}

enhanceBooking(document);
