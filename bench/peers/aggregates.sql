-- The profiles of users in DuckDB: the features that fenqun's room `profiles` defines, by the same names and formulas.
-- The placeholder `lines` is filled in by aggregates_duckdb.py: one row an event, with id (pseudonym), user (a number for it), t, local (ms), action (code), session,
-- item, quantity, amount, discount.

CREATE TEMP TABLE lines AS
SELECT *, ($as_of - t) / 86400000.0 AS age, action = 4 AS buys, action NOT IN (5, 9, 10) AS active,
    CASE action WHEN 4 THEN coalesce(amount, 0) WHEN 5 THEN -coalesce(amount, 0) ELSE 0 END AS money,
    coalesce(session, (local // 86400000)::UBIGINT) AS visit,
    (CAST([0.2, 0.5, 0.5, -0.5, 1.0, -1.0, 0.0, 0.5, 0.0, 0.0, 0.0] AS DOUBLE[]))[action + 1] AS weight
FROM ($lines) WHERE t < $as_of;

CREATE TEMP TABLE visits AS
SELECT user, visit, min(t) AS start, min(local) AS local, max(age) AS age, count_if(buys) AS n_lines,
    coalesce(sum(money) FILTER (buys), 0) AS spend
FROM lines GROUP BY user, visit HAVING bool_or(active);

CREATE TEMP TABLE triples AS
SELECT user, item, visit, count_if(buys) AS n_lines, min(t) FILTER (buys) AS first_time, sum(weight) AS weight,
    sum(money) AS spend, sum(money) FILTER (buys) AS bought, sum(quantity) FILTER (buys) AS n_units
FROM lines WHERE item IS NOT NULL GROUP BY user, item, visit;

CREATE TEMP TABLE pairs AS
SELECT user, item, sum(weight) AS weight, sum(spend) AS spend, sum(bought) AS bought, sum(n_units) AS n_units,
    sum(n_lines) AS n_lines, arg_min(n_lines, first_time) AS n_first
FROM triples GROUP BY user, item;

CREATE TEMP TABLE items AS
WITH prices AS (SELECT item, sum(bought) / sum(n_units) AS paid,
    CASE WHEN paid > 0 THEN round(paid, (4 - floor(log10(paid)))::INT) END AS price FROM pairs GROUP BY item),
    all_items AS (SELECT c.*, p.price FROM catalogue c LEFT JOIN prices p ON p.item = c.item AND p.price > 0)
SELECT item, narrow, wide, brand, CASE WHEN price IS NOT NULL THEN
    (rank() OVER (PARTITION BY narrow ORDER BY price) - 1 + count(*) OVER (PARTITION BY narrow, price) / 2.0)
    / count(price) OVER (PARTITION BY narrow) END AS level
FROM all_items;

CREATE TEMP TABLE whole AS SELECT p.*, i.narrow, i.wide, i.brand, i.level FROM pairs p LEFT JOIN items i USING (item);

CREATE TEMP TABLE largest AS
SELECT wide, row_number() OVER (ORDER BY sum(spend) DESC) AS place FROM whole WHERE spend > 0 AND wide IS NOT NULL
GROUP BY wide ORDER BY place LIMIT 12;

-- Entropy of weights w that sum to W: ln W − Σ w ln w / W.
CREATE MACRO spread(w) AS ln(sum(w)) - sum(w * ln(w)) / sum(w);

CREATE TEMP TABLE by_event AS
SELECT user, any_value(id) AS id, max(age) AS tenure, coalesce(min(age) FILTER (active), tenure) AS recency,
    coalesce(min(age) FILTER (buys), tenure) AS purchase_recency, coalesce(sum(money) FILTER (buys), 0) AS bought,
    coalesce(-sum(money) FILTER (money < 0), 0) AS refunded, coalesce(sum(discount) FILTER (buys AND discount > 0), 0) AS discount,
    count_if(buys AND discount > 0) AS discounted,
    count_if(buys) AS lines, count_if(action = 0) AS n_view, count_if(action = 1) AS n_favourite, count_if(action = 2) AS n_cart,
    count_if(action = 5) AS n_refund, count_if(action = 6) AS n_search, count_if(action = 7) AS n_review,
    coalesce(3 * sum(money) FILTER (age <= 28), 0) + coalesce(sum(money) FILTER (age <= 84), 0)
        + coalesce(0.5 * sum(money) FILTER (age <= 168), 0) AS recent_spend,
    $spend_windows
FROM lines GROUP BY user;

CREATE TEMP TABLE by_visit AS
SELECT user, count(*) AS visits, count_if(n_lines > 0) AS frequency, avg(spend) FILTER (n_lines > 0) AS basket_mean,
    stddev_samp(spend) FILTER (n_lines > 0) AS basket_sd, median(spend) FILTER (n_lines > 0) AS basket_median,
    max(spend) FILTER (n_lines > 0) AS basket_max, arg_max(spend, start) FILTER (n_lines > 0) AS last_basket,
    count(DISTINCT (round(age * 86400000)::BIGINT - 1) // 1209600000) AS fortnights,
    sum(sin((local % 86400000) / 86400000.0 * 2 * pi())) AS sine, sum(cos((local % 86400000) / 86400000.0 * 2 * pi())) AS cosine,
    $visit_windows, $hours, $weekdays
FROM visits GROUP BY user;

CREATE TEMP TABLE by_gap AS
WITH gaps AS (SELECT user, (start - lag(start) OVER (PARTITION BY user ORDER BY start)) / 86400000.0 AS gap FROM visits)
SELECT user, avg(gap) AS gap_mean, stddev_samp(gap) AS gap_sd, median(gap) AS gap_median, max(gap) AS gap_max
FROM gaps WHERE gap IS NOT NULL GROUP BY user;

CREATE TEMP TABLE by_item AS
SELECT user, 1 - sum(n_first) / nullif(sum(n_lines), 0) AS repeat_rate, count_if(weight > 0) AS distinct_items,
    spread(CASE WHEN weight > 0 THEN weight END) AS item_entropy,
    sum(level * weight) FILTER (weight > 0) / sum(weight) FILTER (weight > 0 AND level IS NOT NULL) AS price_level
FROM whole GROUP BY user;

CREATE TEMP TABLE by_category AS
WITH sums AS (SELECT user, narrow, sum(weight) AS w FROM whole WHERE weight > 0 AND narrow IS NOT NULL GROUP BY user, narrow)
SELECT user, count(*) AS distinct_categories, spread(w) AS category_entropy FROM sums GROUP BY user;

CREATE TEMP TABLE by_wide AS
WITH sums AS (SELECT user, wide, sum(weight) AS w FROM whole WHERE weight > 0 AND wide IS NOT NULL GROUP BY user, wide)
SELECT user, count(*) AS distinct_wide_categories, spread(w) AS wide_category_entropy FROM sums GROUP BY user;

CREATE TEMP TABLE by_brand AS
WITH sums AS (SELECT user, brand, sum(weight) AS w FROM whole WHERE weight > 0 AND brand IS NOT NULL GROUP BY user, brand)
SELECT user, max(w) / sum(w) AS brand_concentration, list({key: brand, value: w}) AS brands FROM sums GROUP BY user;

CREATE TEMP TABLE by_share AS
WITH sums AS (SELECT user, coalesce(l.wide, 'other') AS wide, sum(spend) AS w FROM whole LEFT JOIN largest l USING (wide)
    WHERE spend > 0 GROUP BY ALL)
SELECT user, list({key: wide, value: w}) AS spends, sum(w) AS spent FROM sums GROUP BY user;

CREATE TEMP TABLE sequences AS
SELECT user, list_reverse(max_by({t: t, action: action, item: item, money: money, visit: visit}, t, 256)) AS sequence
FROM lines GROUP BY user;

CREATE TEMP TABLE profiles AS
SELECT * EXCLUDE (gap_mean, gap_sd, gap_median, gap_max),
    bought - refunded AS spend, lines / nullif(frequency, 0) AS basket_lines,
    coalesce(gap_mean, tenure) AS gap_mean, coalesce(gap_sd, 0) AS gap_sd,
    coalesce(gap_median, tenure) AS gap_median, coalesce(gap_max, tenure) AS gap_max,
    coalesce(gap_sd, 0) / nullif(coalesce(gap_mean, tenure), 0) AS gap_cv,
    recency / greatest(coalesce(gap_mean, tenure), 1) AS recency_over_gap,
    fortnights / greatest(ceil(tenure / 14), 1) AS active_fortnights,
    ((atan2(sine, cosine) / (2 * pi()) + 1) % 1) * 24 AS usual_hour,
    $hour_entropy AS hour_entropy, $weekday_entropy AS weekday_entropy,
    discount / nullif(discount + bought, 0) AS discount_share, discounted / nullif(lines, 0) AS discounted_lines, n_refund / nullif(n_refund + lines, 0) AS refund_share,
    lines / nullif(n_view, 0) AS conversion, ln(1 + greatest(recent_spend, 0)) AS value_score, $trends
FROM by_event LEFT JOIN by_visit USING (user) LEFT JOIN by_gap USING (user) LEFT JOIN by_item USING (user)
    LEFT JOIN by_category USING (user) LEFT JOIN by_wide USING (user) LEFT JOIN by_brand USING (user)
    LEFT JOIN by_share USING (user) JOIN sequences USING (user)
ORDER BY id;

COPY profiles TO '$out/profiles.parquet' (FORMAT parquet, COMPRESSION snappy);
COPY (SELECT user, item, weight FROM pairs WHERE weight > 0) TO '$out/weights.parquet' (FORMAT parquet, COMPRESSION snappy);
COPY (SELECT user, item, spend FROM pairs WHERE spend > 0) TO '$out/spend.parquet' (FORMAT parquet, COMPRESSION snappy);
