//! Every word of the page that is not data, in English and Chinese.

use std::collections::BTreeMap;

use fenqun_base::Language;

const WORDS: &[(&str, &str, &str)] = &[
    ("html_lang", "en", "zh-CN"),
    ("overview", "Overview", "概览"),
    ("segments", "Segments", "分群"),
    ("map", "Map of users", "用户分布图"),
    ("choice", "Why these segments", "为什么这样分群"),
    ("quality", "Data quality", "数据质量"),
    ("run", "What was run", "运行信息"),
    ("users", "users", "用户"),
    ("users_label", "Users", "用户数"),
    ("events", "Events kept", "有效事件数"),
    ("items", "Items", "商品数"),
    ("total_spend", "Spend", "总消费额"),
    ("total_activity", "Weighted actions", "加权行为量"),
    ("period", "Period", "时间范围"),
    ("share_of_users", "of users", "占用户"),
    ("share_of_spend", "of spend", "占消费"),
    ("share_of_activity", "of activity", "占活跃度"),
    (
        "grid_lead",
        "Rows are value tiers, columns what users choose. Bars: share of users against share of spend.",
        "每行是一个价值档，每列是一种偏好；横条对比各群占用户与占消费的比例。",
    ),
    (
        "grid_lead_activity",
        "Rows are value tiers, columns what users choose. Bars: share of users against share of activity.",
        "每行是一个价值档，每列是一种偏好；横条对比各群占用户与占活跃度的比例。",
    ),
    (
        "tiles_lead",
        "Each tile is a segment. Bars: share of users against share of value.",
        "每块是一个分群；横条对比该群占用户与占价值的比例。",
    ),
    ("segment", "Segment", "分群"),
    ("mean_spend", "a user", "人均"),
    ("apart", "Choose more than others", "更偏爱"),
    (
        "apart_note",
        "Bar: mean share of what a user of the segment buys. Mark: average of all users.",
        "横条：该群用户的购买中平均有多大比例属于此类；竖线：全体用户的平均水平。",
    ),
    ("words", "Telling words", "特征词"),
    ("behaviour", "Behave differently", "行为特点"),
    ("typical", "Typical users", "典型用户"),
    ("short_rule", "About the same, as a rule", "近似规则"),
    ("short_rule_precision", "of the users it names are in the segment:", "命中用户中属于本群："),
    ("short_rule_recall", "of the segment it names:", "覆盖本群："),
    (
        "nothing_apart",
        "Nothing is chosen clearly more than on average.",
        "没有明显高于平均水平的偏好。",
    ),
    (
        "nothing_behaviour",
        "No behaviour differs clearly from the average.",
        "行为与平均水平没有明显差别。",
    ),
    ("average", "average", "平均"),
    (
        "map_lead",
        "Each mark is a user; users who choose alike lie near each other. Colour is taste, shade is value. Click a name to hide or show a segment.",
        "每个点代表一位用户，偏好越接近，位置越靠近；颜色表示偏好，深浅表示价值。点击名称可显示或隐藏该分群。",
    ),
    (
        "map_lead_flat",
        "Each mark is a user; users who are alike lie near each other. Click a name to hide or show a segment.",
        "每个点代表一位用户，越相似，位置越靠近。点击名称可显示或隐藏该分群。",
    ),
    ("map_shown", "users drawn", "位用户"),
    (
        "needs_script",
        "This chart needs JavaScript; its figures are in the table below.",
        "此图需要启用 JavaScript；数据见下方表格。",
    ),
    ("as_table", "Show the figures", "查看数据"),
    ("show_all", "Show all", "全部显示"),
    ("hide_all", "Hide all", "全部隐藏"),
    ("stability", "Stability", "稳定性"),
    (
        "stability_note",
        "Mean adjusted Rand index between refits on resampled users: 1 means every refit finds the same segments, 0 means chance. Below the dashed line segments are not to be relied on.",
        "反复对用户重抽样、重新分群，取各次结果之间调整兰德指数的均值：1 表示每次都分成同样的群，0 表示与随机分群无异。低于虚线的分群不可靠。",
    ),
    ("silhouette", "Silhouette", "轮廓系数"),
    ("candidate", "Grouped by", "分群依据"),
    ("k", "Groups", "组数"),
    ("chosen", "chosen", "采用"),
    ("stable", "Stable", "稳定"),
    ("unstable", "Not stable", "不稳定"),
    (
        "unstable_note",
        "Refits on other samples of these users give noticeably different segments. Use them to explore, not to steer by; fewer segments or more data may help.",
        "换一批用户样本重新分群，结果会明显不同。仅供探索，不宜据此决策；可以尝试减少分群数或增加数据。",
    ),
    ("refits", "refits", "次重新分群"),
    ("interval", "95 % interval", "95 % 区间"),
    ("baseline", "Beside the plain way", "与常规做法对比"),
    (
        "baseline_note",
        "RFM k-means groups users by recency, frequency and spend alone: the usual notebook recipe. Higher is better in every column.",
        "RFM k-means 只按最近一次消费、消费频次和消费金额分群，是最常见的做法。各列数值越高越好。",
    ),
    ("method", "Method", "方法"),
    ("ours", "this report", "本报告"),
    ("spend_explained", "Spend explained", "对消费的解释度"),
    ("mix_explained", "Category mix explained", "对品类构成的解释度"),
    ("features", "What segments differ in most", "各群差别最大的特征"),
    (
        "features_note",
        "Share of a feature's variance, taken over ranks, that segments explain.",
        "该特征按名次计算的方差中，分群能够解释的比例。",
    ),
    ("evaluation", "How well labels can be predicted", "标签预测效果"),
    (
        "evaluation_lead",
        "What is known of some users is predicted from behaviour alone, on users left out of the fit, beside plain baselines on the same folds. Bars are 95 % intervals of the first figure.",
        "只用行为预测部分用户的已知标签，并在未参与拟合的用户上检验；各种常规做法使用相同的划分。横条为第一项指标的 95 % 区间。",
    ),
    ("confusion", "Who is taken for whom", "混淆矩阵"),
    (
        "confusion_note",
        "Rows: true class; columns: decided class; share of the true class.",
        "行：真实类别；列：判定类别；数值为占真实类别的比例。",
    ),
    ("calibration", "Are probabilities what they say?", "概率是否可信"),
    (
        "calibration_note",
        "On the diagonal, of users given 30 % three in ten are right. Expected calibration error:",
        "落在对角线上时，预测为 30 % 的用户中恰有三成命中。期望校准误差：",
    ),
    ("predicted", "Probability given", "预测概率"),
    ("observed", "Share that was right", "实际比例"),
    ("lift", "Gain and lift", "增益与提升度"),
    ("asked", "Users asked", "选取的用户"),
    ("gain", "Gain", "增益"),
    ("times", "Lift", "提升度"),
    (
        "lift_note",
        "The users likeliest to be of the class first. Gain: share of the class among them; lift: times as many as among users drawn blindly.",
        "按属于该类别的概率从高到低选取用户。增益：该类别中已被选到的比例；提升度：相对随机选取的倍数。",
    ),
    ("learning", "Would more labels help?", "增加标签是否有用"),
    (
        "learning_note",
        "The same folds, learned from a part of the labels. A curve still rising asks for more labels.",
        "相同划分，只用一部分标签训练；曲线仍在上升，说明值得补充标签。",
    ),
    ("learned_from", "Users learned from", "训练用户数"),
    ("grouping", "How tight, how far apart", "群内多紧密、群间多远"),
    ("measured_in", "measured in", "计算空间"),
    ("columns", "columns", "列"),
    ("davies_bouldin", "Davies–Bouldin", "戴维斯–博尔丁指数"),
    ("calinski_harabasz", "Calinski–Harabasz", "卡林斯基–哈拉巴斯指数"),
    (
        "silhouette_says",
        "−1 to 1, higher is better: how much nearer users are to their own segment than to the next one.",
        "−1 到 1，越高越好：用户离本群比离最近的另一群近多少。",
    ),
    (
        "davies_bouldin_says",
        "0 and up, lower is better: how wide segments are, measured by the distance to the segment most like them.",
        "从 0 起，越低越好：群内的分散程度，以到最相似的另一群的距离来衡量。",
    ),
    (
        "calinski_harabasz_says",
        "0 and up, higher is better: variance between segments over variance within them; it grows with the number of users.",
        "从 0 起，越高越好：群间方差与群内方差之比，随用户数增大。",
    ),
    ("again", "Are these just RFM again?", "与 RFM 分群是一回事吗？"),
    ("adjusted_rand", "adjusted Rand", "调整兰德指数"),
    ("adjusted_mutual_information", "adjusted mutual information", "调整互信息"),
    ("mutual_information", "mutual information, nats", "互信息（nat）"),
    (
        "agreement_says",
        "Agreement of these segments with RFM k-means over the same users: 0 is chance, 1 the same segments.",
        "同一批用户上，本分群与 RFM k-means 的一致程度：0 表示与随机无异，1 表示完全相同。",
    ),
    (
        "own_space",
        "Each way is measured in its own space, and few columns always look tighter: these figures do not say which way is better. Only stability and the next period compare across spaces.",
        "每种方法都在各自的空间中计算，列数少的看上去总是更紧密，因此这些数值不能说明哪种方法更好；能跨空间比较的只有稳定性和下一时期的检验。",
    ),
    (
        "same_space",
        "Both ways are measured in the same columns, so that these figures compare; but k-means looks for just what they reward.",
        "两种方法在相同的列上计算，数值可以比较；但 k-means 优化的正是这类指标。",
    ),
    ("tuning", "Tuning", "调参"),
    (
        "tuning_lead",
        "Settings of a head were searched on the labels. The best of many trials flatters itself; what to expect is how tuned and untuned settings meet on users that no search saw.",
        "在标签上搜索预测头的设置。多次尝试中的最好值偏于乐观；真正可以期待的，是调参前后在搜索从未见过的用户上的比较。",
    ),
    (
        "tuned_beside",
        "Tuned against untuned, on users no search saw",
        "调参前后的比较（搜索从未见过的用户）",
    ),
    ("search", "The search", "搜索过程"),
    ("trial", "Trial", "次序"),
    ("of_labels", "Of the labels", "所用标签"),
    ("best_trials", "The best trials", "最好的几次尝试"),
    ("failed", "Trials that could not be fitted:", "无法拟合的尝试数："),
    ("best_head", "The best head, ready to paste", "最好的预测头（可直接粘贴）"),
    ("kept", "Kept", "保留"),
    ("duplicate", "Duplicate", "重复"),
    ("rejected", "Rejected", "剔除"),
    ("rows_in", "rows in", "行读入"),
    (
        "quality_lead",
        "Every row is accounted for: rows in = kept + duplicate + rejected.",
        "每一行都有去向：读入行数 = 保留 + 重复 + 剔除。",
    ),
    ("adds_up", "adds up", "数目相符"),
    ("does_not_add_up", "does not add up", "数目不符"),
    ("reason", "Reason", "原因"),
    ("rows", "Rows", "行数"),
    ("share", "Share", "占比"),
    ("file", "File", "文件"),
    ("run_id", "Run", "运行编号"),
    ("version", "fenqun version", "fenqun 版本"),
    ("seed", "Seed", "随机种子"),
    ("as_of", "As of", "统计截至"),
    ("files", "Files", "文件数"),
    ("rows_read", "Rows read", "读入行数"),
    ("value_by", "Value is", "价值指标"),
    ("timings", "Time by stage", "各阶段耗时"),
    ("seconds", "s", "秒"),
    ("total", "Total", "合计"),
    ("config", "Configuration", "配置"),
    (
        "privacy",
        "Users appear by pseudonym only. This page loads nothing and sends nothing.",
        "用户只以化名出现；本页不从网络加载内容，也不发送任何数据。",
    ),
    ("light", "Light", "浅色"),
    ("dark", "Dark", "深色"),
    ("skip", "Skip to content", "跳到正文"),
    ("made_by", "made by fenqun", "由 fenqun 分群生成，版本"),
    ("taste", "Taste", "偏好"),
    ("value", "Value", "价值"),
    ("all", "All", "合计"),
];

/// The words of one language, by key.
pub(super) fn wording(language: Language) -> BTreeMap<&'static str, &'static str> {
    WORDS.iter().map(|&(key, en, zh)| (key, language.pick(en, zh))).collect()
}

/// Names that the program gives, put into words.
const TERMS: &[(&str, &str, &str)] = &[
    ("categories", "categories", "品类"),
    ("text", "item texts", "商品文本"),
    ("events", "read and clean events", "读取并清洗事件"),
    ("profiles", "build profiles", "构建用户画像"),
    ("texts", "encode item texts", "编码商品文本"),
    ("segments", "find segments", "分群并选择方案"),
    ("lookahead", "look ahead", "前瞻检验"),
    ("cards", "name and explain", "命名并解释"),
    ("hashes", "hash the input", "计算输入文件的摘要"),
    ("files", "write files", "写入文件"),
    ("report", "write the report", "生成报告"),
];

/// A candidate or a stage in words; one that is not known stays as it is.
pub(super) fn term(name: &str, language: Language) -> &str {
    let known = TERMS.iter().find(|(key, ..)| *key == name);
    known.map_or(name, |&(_, en, zh)| language.pick(en, zh))
}

/// The sentence at the head of the page.
pub(super) fn headline(facts: &Headline<'_>, language: Language) -> String {
    let Headline { n_users, n_segments, top, top_share, top_spend, .. } = facts;
    let value = match facts.in_money {
        true => language.pick("spend", "消费额"),
        false => language.pick("activity", "活跃度"),
    };
    match (language, facts.by_tiers) {
        (Language::En, true) => format!(
            "{n_users} users in {n_segments} segments by value and taste. {top} segments, \
             {top_share} of users, bring {top_spend} of {value}."
        ),
        (Language::En, false) => format!(
            "{n_users} users in {n_segments} segments. “{top}” holds {top_share} of users and brings {top_spend} of {value}."
        ),
        (Language::Zh, true) => format!(
            "{n_users} 位用户按价值与偏好分为 {n_segments} 群：{top}用户占 {top_share}，贡献 {top_spend} 的{value}。"
        ),
        (Language::Zh, false) => format!(
            "{n_users} 位用户分为 {n_segments} 群：“{top}”占用户 {top_share}，贡献 {top_spend} 的{value}。"
        ),
    }
}

/// What the headline speaks of.
pub(super) struct Headline<'a> {
    pub n_users: String,
    pub n_segments: usize,
    /// Name of the highest tier, or of the segment that brings most.
    pub top: &'a str,
    pub top_share: String,
    pub top_spend: String,
    pub by_tiers: bool,
    pub in_money: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_both_languages_and_one_key() {
        let english = wording(Language::En);
        assert_eq!(english.len(), WORDS.len());
        for (key, en, zh) in WORDS {
            assert!(!en.is_empty() && !zh.is_empty(), "{key}");
        }
    }
}
