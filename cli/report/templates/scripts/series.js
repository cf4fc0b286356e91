// The checkboxes of levels of training act on every figure, static and interactive, and on each other.
const hiddenSeries = new Set();

function showSeries(key, shown) {
  if (shown) hiddenSeries.delete(key);
  else hiddenSeries.add(key);
  for (const box of document.querySelectorAll("input[data-toggles]")) {
    if (box.dataset.toggles === key) box.checked = shown;
  }
  for (const part of document.querySelectorAll("[data-series]")) {
    if (part.dataset.series === key) part.style.display = shown ? "" : "none";
  }
  document.dispatchEvent(new Event("serieschange"));
}

for (const box of document.querySelectorAll("input[data-toggles]")) {
  box.addEventListener("change", () => showSeries(box.dataset.toggles, box.checked));
}
