// What works with scripts alone is shown by them.
for (const part of document.querySelectorAll("[data-script]")) part.hidden = false;

// Light, dark, or as the system says.
const theme = document.getElementById("theme");
theme.addEventListener("change", () => {
  if (theme.value) document.documentElement.dataset.theme = theme.value;
  else delete document.documentElement.dataset.theme;
});
