for (const box of document.querySelectorAll("input[data-toggles]")) {
  box.addEventListener("change", () => {
    for (const part of document.querySelectorAll(`[data-series="${box.dataset.toggles}"]`)) {
      part.style.display = box.checked ? "" : "none";
    }
  });
}
