(function () {
  "use strict";
  var box = document.getElementById("filter");
  var count = document.getElementById("shown");
  var rows = Array.prototype.slice.call(document.querySelectorAll("table.weeks tbody tr"));
  box.closest("label").hidden = false;
  box.addEventListener("input", function () {
    var wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    rows.forEach(function (row) {
      var text = row.textContent.toLowerCase();
      var keep = wanted.every(function (word) { return text.indexOf(word) >= 0; });
      row.hidden = !keep;
      if (keep) { shown += 1; }
    });
    count.textContent = count.dataset.text.replace("#", String(shown));
  });
}());
