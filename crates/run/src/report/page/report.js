// Draws the map and the curves. Everything else on the page is there without it.
(function () {
  'use strict';
  var root = document.documentElement;
  var figures = JSON.parse(document.getElementById('figures').textContent);
  var charts = [];

  function colour(name) { return getComputedStyle(root).getPropertyValue(name).trim(); }
  function isDark() {
    if (root.dataset.theme) return root.dataset.theme === 'dark';
    return matchMedia('(prefers-color-scheme: dark)').matches;
  }
  var font = getComputedStyle(document.body).fontFamily;
  function escaped(text) {
    return String(text).replace(/[&<>"]/g, function (c) {
      return { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }[c];
    });
  }
  function tooltip() {
    return { backgroundColor: colour('--panel'), borderColor: colour('--line'), confine: true,
      textStyle: { color: colour('--ink'), fontFamily: font, fontSize: 13 } };
  }
  function axis(extra) {
    return Object.assign({ axisLine: { lineStyle: { color: colour('--line') } }, axisTick: { show: false },
      axisLabel: { color: colour('--soft'), fontFamily: font }, splitLine: { lineStyle: { color: colour('--line') } },
      nameTextStyle: { color: colour('--soft'), fontFamily: font } }, extra);
  }

  function map(place) {
    var chart = echarts.init(place, null, { renderer: 'canvas' });
    var hidden = {};
    function paint() {
      var size = place.clientWidth < 500 ? 4 : 6;
      var count = figures.segments.reduce(function (sum, s) { return sum + s.points.length / 2; }, 0);
      if (count > 8000) size -= 2;
      chart.setOption({
        animation: false, aria: { enabled: true }, legend: { show: false, selected: hidden },
        grid: { left: 6, right: 6, top: 6, bottom: 6 },
        tooltip: Object.assign(tooltip(), { formatter: function (p) { return escaped(p.seriesName); } }),
        xAxis: { show: false, min: -60, max: 4060 }, yAxis: { show: false, min: -60, max: 4060 },
        series: figures.segments.map(function (segment, at) {
          var points = [];
          for (var i = 0; i < segment.points.length; i += 2) points.push([segment.points[i], segment.points[i + 1]]);
          return { type: 'scatter', name: segment.name, data: points, symbol: segment.mark,
            symbolSize: segment.mark === 'triangle' ? size + 1 : size,
            itemStyle: { color: colour('--s' + at), opacity: 0.78 },
            emphasis: { focus: 'series', itemStyle: { opacity: 1 } }, blur: { itemStyle: { opacity: 0.12 } } };
        })
      }, true);
    }
    var marks = {
      circle: '<circle cx="6.5" cy="6.5" r="5.5"/>', rect: '<rect x="1.5" y="1.5" width="10" height="10"/>',
      triangle: '<path d="M6.5 .8 12.6 12H.4z"/>', diamond: '<path d="M6.5 0 13 6.5 6.5 13 0 6.5z"/>'
    };
    document.querySelectorAll('#map-legend button').forEach(function (button) {
      var segment = figures.segments[button.dataset.at];
      var dot = button.querySelector('.dot');
      if (dot) dot.outerHTML = '<svg class="mark" viewBox="0 0 13 13" aria-hidden="true">' + marks[segment.mark] + '</svg>';
      button.addEventListener('click', function () {
        var shown = button.getAttribute('aria-pressed') === 'true';
        button.setAttribute('aria-pressed', String(!shown));
        hidden[segment.name] = !shown;
        chart.dispatchAction({ type: 'legendToggleSelect', name: segment.name });
      });
      button.addEventListener('mouseenter', function () { chart.dispatchAction({ type: 'highlight', seriesName: segment.name }); });
      button.addEventListener('mouseleave', function () { chart.dispatchAction({ type: 'downplay', seriesName: segment.name }); });
    });
    return { chart: chart, paint: paint };
  }

  function choice(place) {
    var chart = echarts.init(place, null, { renderer: 'canvas' });
    var words = place.dataset;
    var looks = [['--accent', 'solid', 'circle'], ['--rejected', 'dashed', 'triangle'], ['--good', 'dotted', 'diamond'], ['--neutral', 'solid', 'rect']];
    var ks = figures.choice.reduce(function (all, c) { return all.concat(c.points.map(function (p) { return p[0]; })); }, []);
    function paint() {
      chart.setOption({
        animation: false, aria: { enabled: true },
        legend: { top: 0, left: 0, itemGap: 18, textStyle: { color: colour('--ink'), fontFamily: font } },
        grid: { left: 38, right: 20, top: 40, bottom: 40 },
        tooltip: Object.assign(tooltip(), { formatter: function (p) {
          var d = p.data;
          return escaped(p.seriesName) + ', ' + escaped(words.k) + ' ' + d.value[0] + (d.chosen ? ' ✓ ' + escaped(words.chosen) : '') +
            '<br>' + escaped(words.stability) + ' <b>' + d.value[1].toFixed(2) + '</b><br>' + escaped(words.silhouette) + ' ' + d.silhouette.toFixed(2);
        } }),
        xAxis: axis({ type: 'value', name: words.k, nameLocation: 'middle', nameGap: 26, min: Math.min.apply(null, ks) - 0.4, max: Math.max.apply(null, ks) + 0.4, minInterval: 1, splitLine: { show: false },
          axisLabel: { color: colour('--soft'), fontFamily: font, formatter: function (v) { return v === Math.round(v) ? v : ''; } } }),
        yAxis: axis({ type: 'value', min: 0, max: 1, interval: 0.2 }),
        series: figures.choice.map(function (curve, at) {
          var look = looks[at % looks.length];
          return { type: 'line', name: curve.name, symbol: look[2], lineStyle: { width: 2, type: look[1] },
            itemStyle: { color: colour(look[0]) },
            data: curve.points.map(function (p) {
              return { value: [p[0], p[1]], silhouette: p[2], chosen: p[3], symbolSize: p[3] ? 17 : 8,
                itemStyle: p[3] ? { borderColor: colour('--ink'), borderWidth: 2 } : {} };
            }),
            markLine: at ? undefined : { silent: true, symbol: 'none', data: [{ yAxis: figures.least }],
              lineStyle: { color: colour('--bad'), type: 'dashed' },
              label: { formatter: String(figures.least), position: 'insideEndTop', color: colour('--bad'), fontFamily: font } } };
        })
      }, true);
    }
    return { chart: chart, paint: paint };
  }

  function calibration(place) {
    var chart = echarts.init(place, null, { renderer: 'canvas' });
    var words = place.dataset;
    var points = figures.evaluations[words.at].calibration;
    var most = points.reduce(function (most, p) { return Math.max(most, p[2]); }, 1);
    function paint() {
      chart.setOption({
        animation: false, aria: { enabled: true },
        grid: { left: 44, right: 14, top: 12, bottom: 40 },
        tooltip: Object.assign(tooltip(), { formatter: function (p) {
          if (!p.data) return '';
          return escaped(words.predicted) + ' <b>' + p.data[0].toFixed(2) + '</b><br>' + escaped(words.observed) + ' <b>' + p.data[1].toFixed(2) + '</b><br>n ' + p.data[2];
        } }),
        xAxis: axis({ type: 'value', min: 0, max: 1, interval: 0.25, name: words.predicted, nameLocation: 'middle', nameGap: 26, splitLine: { show: false } }),
        yAxis: axis({ type: 'value', min: 0, max: 1, interval: 0.25 }),
        series: [{ type: 'line', data: points, showSymbol: true, symbol: 'circle', lineStyle: { width: 2 },
          symbolSize: function (p) { return 5 + 9 * Math.sqrt(p[2] / most); }, itemStyle: { color: colour('--accent') },
          markLine: { silent: true, symbol: 'none', lineStyle: { color: colour('--soft'), type: 'dashed' }, label: { show: false },
            data: [[{ coord: [0, 0] }, { coord: [1, 1] }]] } }]
      }, true);
    }
    return { chart: chart, paint: paint };
  }

  function learning(place) {
    var chart = echarts.init(place, null, { renderer: 'canvas' });
    var words = place.dataset;
    var curves = figures.evaluations[words.at].learning;
    var others = ['--neutral', '--rejected', '--duplicate', '--kept'];
    // An interval of few labels may reach beyond what the figure can be.
    function inside(value) { return Math.min(1, Math.max(0, value)); }
    function paint() {
      var nth = 0;
      var series = [];
      curves.forEach(function (curve) {
        var shade = colour(curve.ours ? '--accent' : others[nth++ % others.length]);
        series.push({ type: 'line', name: curve.name, symbol: 'circle', symbolSize: 7, itemStyle: { color: shade },
          lineStyle: { width: curve.ours ? 3 : 2, type: curve.ours ? 'solid' : 'dashed' },
          data: curve.points.map(function (p) { return { value: [p[0], p[1]], low: p[2], high: p[3] }; }) });
        if (!curve.ours) return;
        series.push({ type: 'line', name: curve.name, silent: true, symbol: 'none', stack: 'band', lineStyle: { opacity: 0 }, data: curve.points.map(function (p) { return [p[0], inside(p[2])]; }) });
        series.push({ type: 'line', name: curve.name, silent: true, symbol: 'none', stack: 'band', lineStyle: { opacity: 0 }, areaStyle: { color: shade, opacity: 0.14 }, data: curve.points.map(function (p) { return [p[0], inside(p[3]) - inside(p[2])]; }) });
      });
      chart.setOption({
        animation: false, aria: { enabled: true },
        legend: { top: 0, left: 0, itemGap: 14, data: curves.map(function (c) { return c.name; }), textStyle: { color: colour('--ink'), fontFamily: font } },
        grid: { left: 44, right: 14, top: 44, bottom: 40 },
        tooltip: Object.assign(tooltip(), { formatter: function (p) {
          if (!p.data || p.data.low === undefined) return '';
          return escaped(p.seriesName) + '<br>' + escaped(words.users) + ' ' + p.data.value[0] + '<br>' + escaped(words.metric) + ' <b>' + p.data.value[1].toFixed(3) + '</b> [' + p.data.low.toFixed(3) + ', ' + p.data.high.toFixed(3) + ']';
        } }),
        xAxis: axis({ type: 'value', name: words.users, nameLocation: 'middle', nameGap: 26, min: 0, splitLine: { show: false } }),
        yAxis: axis({ type: 'value', scale: true, axisLabel: { color: colour('--soft'), fontFamily: font, formatter: function (v) { return v.toFixed(2); } } }),
        series: series
      }, true);
    }
    return { chart: chart, paint: paint };
  }

  if (typeof echarts !== 'undefined') {
    document.querySelectorAll('.calibration-chart').forEach(function (place) { charts.push(calibration(place)); });
    document.querySelectorAll('.learning-chart').forEach(function (place) { charts.push(learning(place)); });
    var place = document.getElementById('map-chart');
    if (place) charts.push(map(place));
    place = document.getElementById('choice-chart');
    if (place) charts.push(choice(place));
  }
  function paint() { charts.forEach(function (c) { c.paint(); }); }
  function resize() { charts.forEach(function (c) { c.chart.resize(); }); }
  paint();
  addEventListener('resize', resize);
  addEventListener('beforeprint', function () { paint(); resize(); });
  addEventListener('afterprint', function () { paint(); resize(); });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint);

  var button = document.getElementById('theme');
  function label() { button.textContent = isDark() ? button.dataset.light : button.dataset.dark; }
  button.hidden = false;
  label();
  button.addEventListener('click', function () {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    label();
    paint();
  });
})();
