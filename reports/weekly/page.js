(function () {
  "use strict";
  function cue(box) {
    var over = box.scrollWidth - box.clientWidth;
    box.classList.toggle("wide", over > 1);  // one pixel hides nothing that a hint would help to find
    box.tabIndex = over > 0 ? 0 : -1;
  }
  var boxes = Array.prototype.slice.call(document.querySelectorAll(".scroll"));
  var watch = window.ResizeObserver && new ResizeObserver(function (seen) {
    seen.forEach(function (entry) { cue(entry.target); });
  });
  boxes.forEach(function (box) {
    cue(box);
    if ("end" in box.dataset) { box.scrollLeft = box.scrollWidth; }  // the newest days
    if (watch) { watch.observe(box); }
  });
  var folds = Array.prototype.slice.call(document.querySelectorAll("details.fold"));
  function unfold(target) {
    for (var box = target; box; box = box.parentElement) { if (box.tagName === "DETAILS") { box.open = true; } }
  }
  function follow() {
    var target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) { return; }
    var fold = target.querySelector(":scope > details.fold");
    unfold(fold || target);
    target.scrollIntoView();
  }
  folds.forEach(function (fold) { fold.open = false; });
  addEventListener("hashchange", follow);
  addEventListener("beforeprint", function () { folds.forEach(unfold); });
  follow();
  var contents = document.querySelector("details.toc");
  if (contents && matchMedia("(max-width: 63.99rem)").matches) {
    contents.open = false;
    contents.addEventListener("click", function (event) { if (event.target.closest("a")) { contents.open = false; } });
  }
  var pick = document.getElementById("week-beside");
  if (pick) {
    var data = JSON.parse(document.getElementById("weeks").textContent);
    pick.closest(".filters").hidden = false;
    pick.addEventListener("change", function () {
      Array.prototype.forEach.call(document.querySelectorAll("table.compared"), function (compared) {
        var cells = data.tables[compared.dataset.table][pick.value];
        var isChanged = Object.keys(cells).some(function (code) { return cells[code][1] !== "\u2013"; });
        compared.querySelector("[data-head-beside]").textContent = data.heads[pick.value];
        compared.tHead.rows[0].cells[3].hidden = !isChanged;  // a column of dashes
        Array.prototype.forEach.call(compared.tBodies[0].rows, function (row) {
          var pair = cells[row.dataset.code];
          row.cells[2].textContent = pair[0]; row.cells[3].textContent = pair[1]; row.cells[3].hidden = !isChanged;
        });
      });
    });
  }
  var table = document.querySelector("table.evidence");
  if (!table) { return; }
  var body = table.tBodies[0];
  var rows = Array.prototype.slice.call(body.rows);
  var box = document.getElementById("filter");
  var group = document.getElementById("group");
  var count = document.getElementById("shown");
  var parts = Array.prototype.slice.call(document.querySelectorAll("select[data-part]"));
  function filter() {
    var wanted = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    var shown = 0;
    rows.forEach(function (row) {
      var text = row.textContent.toLowerCase();
      var holds = parts.every(function (part) {
        return !part.value || row.dataset[part.dataset.part].split("; ").indexOf(part.value) >= 0; });
      var keep = holds && wanted.every(function (word) { return text.indexOf(word) >= 0; }) &&
        (!group.value || row.dataset.groups.split(" ").indexOf(group.value) >= 0);
      row.hidden = !keep;
      if (keep) { shown += 1; }
    });
    count.textContent = count.dataset.text.replace("#", String(shown));
  }
  function sort(button) {
    var head = button.closest("th");
    var column = head.cellIndex;
    var up = head.getAttribute("aria-sort") !== "ascending";
    Array.prototype.forEach.call(table.tHead.rows[0].cells, function (cell) { cell.removeAttribute("aria-sort"); });
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    function key(row) { var sort = row.cells[column].dataset.sort; return sort === undefined ? row.cells[column].textContent.trim() : sort; }
    rows.sort(function (a, b) { return (up ? 1 : -1) * key(a).localeCompare(key(b)); });
    rows.forEach(function (row) { body.appendChild(row); });
  }
  box.closest(".filters").hidden = false;
  box.addEventListener("input", filter);
  group.addEventListener("change", filter);
  parts.forEach(function (part) { part.addEventListener("change", filter); });
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-group]");
    if (!link) { return; }
    event.preventDefault();
    box.value = "";
    parts.forEach(function (part) { part.value = ""; });
    unfold(table);
    group.value = link.dataset.group;
    filter();
    document.getElementById("evidence").scrollIntoView();
    group.focus({ preventScroll: true });
  });
  table.tHead.addEventListener("click", function (event) {
    var button = event.target.closest("button.sort");
    if (button) { sort(button); }
  });
}());
