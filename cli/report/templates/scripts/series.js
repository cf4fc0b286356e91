// The checkboxes of levels of training act on every figure, static and interactive, and on each other.
const hiddenSeries = new Set();
const hiding = document.head.appendChild(document.createElement("style"));

function showSeries(key, shown) {
  if (shown) hiddenSeries.delete(key);
  else hiddenSeries.add(key);
  for (const box of document.querySelectorAll("input[data-toggles]")) {
    if (box.dataset.toggles === key) box.checked = shown;
  }
  hiding.textContent = [...hiddenSeries].map((each) => `[class*="series-${each}-"] { display: none; }`).join("");
  document.dispatchEvent(new Event("serieschange"));
}

for (const box of document.querySelectorAll("input[data-toggles]")) {
  box.addEventListener("change", () => showSeries(box.dataset.toggles, box.checked));
}
