// Before anything is painted: the theme chosen last time on this machine, else that of the system.
(() => {
  let chosen = "";
  try { chosen = localStorage.getItem("cxsim-theme") || ""; } catch { /* storage may be forbidden */ }
  const dark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
