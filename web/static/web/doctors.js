// Choosing one of thousands of doctors: what is typed is looked for, and the one who is taken goes with the form by id.

import { announce, signedOut } from "./site.js";
import { combobox } from "./combobox.js";

const SEARCH_DELAY_MILLISECONDS = 150;

/** The options for `text` from `address`; null, and a word about it, if they cannot be had. */
export async function doctorOptions(address, text, signal) {
  const url = new URL(address, location.href);
  url.searchParams.set("q", text);
  let response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    if (error.name !== "AbortError") announce(document.body.dataset.offline, "error");
    return null;
  }
  if (response.redirected || !response.ok) {
    if (response.redirected) signedOut({ sent: true });
    else announce(document.body.dataset.failed, "error");
    return null;
  }
  const made = document.createElement("ul");
  made.innerHTML = await response.text();
  return [...made.children];
}

function enhance(holder) {
  const input = holder.querySelector("input[type=text]");
  const list = holder.querySelector(".options");
  let hidden = holder.querySelector("input[type=hidden]");
  let last = null;
  holder.dataset.alive = "yes";

  function take(id) {
    if (!hidden) {
      hidden = Object.assign(document.createElement("input"), { type: "hidden", name: input.name.replace(/_name$/, "") });
      holder.querySelector(".found").replaceWith(hidden);
    }
    hidden.value = id;
  }

  combobox(input, list, {
    none: holder.dataset.none,
    delay: SEARCH_DELAY_MILLISECONDS,
    find(text) {
      last?.abort();
      last = new AbortController();
      return text ? doctorOptions(holder.dataset.doctors, text, last.signal) : [];
    },
    choose(option) {
      take(option.dataset.value);
      input.value = option.dataset.text;
      hidden.dispatchEvent(new Event("change", { bubbles: true }));
    },
  });
  // Somebody else is meant from the first letter on; who does not take an option is found by what they have typed.
  input.addEventListener("input", () => { if (hidden) hidden.value = ""; });
  input.addEventListener("change", (event) => { if (input.value) event.stopPropagation(); });
}

/** Bring the fields in `root` to life; once. */
export function enhanceDoctors(root) {
  for (const holder of root.querySelectorAll("[data-doctors]:not([data-alive])")) enhance(holder);
}

enhanceDoctors(document);
