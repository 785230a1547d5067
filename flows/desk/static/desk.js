// A key chooses, Enter sends. Without this file the same is done by hand.
document.addEventListener("keydown", function (event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input[type=text], input[type=password], select, textarea")) { return; }
  var choice = Array.prototype.find.call(document.querySelectorAll("input[data-key]"), function (each) { return each.dataset.key === event.key.toLowerCase(); });
  if (choice) { choice.checked = true; choice.focus(); event.preventDefault(); }
  else if (event.key === "Enter" && !event.target.matches("button, a, summary")) {
    var chosen = document.querySelector("input[data-key]:checked");
    if (chosen) { event.preventDefault(); chosen.form.requestSubmit(); }
  }
});
