// Times are those of the clinic. Where the device's clock shows the same, nobody needs to be told; else it is said aloud.

/** The wall time of `zone` at `instant`, to compare two zones by what their clocks show and not by their names. */
function wall(zone, instant) {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, dateStyle: "short", timeStyle: "short" }).format(instant);
}

function compareZones(root) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const note of root.querySelectorAll("[data-zone]")) {
    const shown = note.closest("form, section, aside")?.querySelector("time")?.dateTime;
    const instant = shown ? new Date(shown) : new Date();
    if (wall(here, instant) === wall(note.dataset.zone, instant)) {
      note.hidden = true;
    } else if (!note.classList.contains("zone-differs")) {
      note.classList.add("zone-differs");
      note.append(` ${note.dataset.differs} ${here}.`);
    }
  }
}

compareZones(document);
document.addEventListener("htmx:afterSwap", (event) => compareZones(event.target.isConnected ? event.target : document));
