// While a colour is chosen: how a visit looks in it, and whether white text on it reads well (WCAG: 4.5 to 1).
function light(hex) {
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
}

for (const sample of document.querySelectorAll("[data-sample]")) {
  const input = document.getElementById(sample.dataset.sample);
  const told = sample.querySelector("[data-contrast]");
  const show = () => {
    if (!/^#[0-9a-f]{6}$/i.test(input.value)) return;
    const contrast = 1.05 / (light(input.value) + 0.05);
    sample.querySelector("rect").setAttribute("fill", input.value);
    told.textContent = `${contrast >= 4.5 ? told.dataset.good : told.dataset.bad} (${contrast.toFixed(1)} : 1).`;
  };
  input.addEventListener("input", show);
  show();
}
