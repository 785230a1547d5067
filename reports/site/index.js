(function () {
  "use strict";
  var box = document.getElementById("filter");
  var level = document.getElementById("level");
  var count = document.getElementById("shown");
  var rows = Array.prototype.slice.call(document.querySelectorAll("table.weeks tbody tr"));
  function filter() {
    var wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    rows.forEach(function (row) {
      var text = row.textContent.toLowerCase();
      var keep = wanted.every(function (word) { return text.indexOf(word) >= 0; }) &&
        (!level.value || row.dataset.level === level.value);
      row.hidden = !keep;
      if (keep) { shown += 1; }
    });
    count.textContent = count.dataset.text.replace("#", String(shown));
  }
  document.querySelector(".filters").hidden = false;
  box.addEventListener("input", filter);
  level.addEventListener("change", filter);
}());
