//! What shops call things, in English and Chinese.

use fenqun_base::Action;

/// A field of the mapping that `init` can recognise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Field {
    User,
    Time,
    EventId,
    Session,
    Item,
    Action,
    Quantity,
    Amount,
    Discount,
    Title,
    Category,
    Brand,
    Text,
    Rating,
    Channel,
    Attribute,
}

/// Names as [`plain`] leaves them. Within a field the better name comes first: where two columns
/// could be the user, `customerid` wins over `user`.
const NAMES: &[(Field, &[&str])] = &[
    (
        Field::User,
        &[
            "customerid",
            "userid",
            "householdid",
            "memberid",
            "clientid",
            "buyerid",
            "visitorid",
            "shopperid",
            "accountid",
            "custid",
            "customerno",
            "customernumber",
            "householdkey",
            "uid",
            "customer",
            "user",
            "member",
            "household",
            "client",
            "buyer",
            "visitor",
            "用户id",
            "会员id",
            "买家id",
            "客户id",
            "顾客id",
            "用户编号",
            "会员编号",
            "客户编号",
            "会员卡号",
            "买家昵称",
            "买家会员名",
            "用户",
            "会员",
            "买家",
            "客户",
            "顾客",
        ],
    ),
    (Field::EventId, &["eventid", "rowid", "lineid", "事件id", "流水号", "明细id"]),
    (
        Field::Session,
        &[
            "invoiceno",
            "invoice",
            "invoiceid",
            "invoicenumber",
            "orderid",
            "orderno",
            "ordernumber",
            "basketid",
            "transactionid",
            "sessionid",
            "usersession",
            "session",
            "receiptid",
            "receiptno",
            "billno",
            "order",
            "订单号",
            "订单编号",
            "订单id",
            "小票号",
            "会话id",
            "会话",
        ],
    ),
    (
        Field::Item,
        &[
            "itemid",
            "productid",
            "stockcode",
            "skuid",
            "goodsid",
            "articleid",
            "sku",
            "asin",
            "itemcode",
            "productcode",
            "upc",
            "item",
            "product",
            "article",
            "goods",
            "商品id",
            "宝贝id",
            "商品编号",
            "商品编码",
            "sku编码",
            "货号",
            "商品",
        ],
    ),
    (
        Field::Time,
        &[
            "eventtime",
            "transactiontimestamp",
            "timestamp",
            "invoicedate",
            "orderdate",
            "orderdatetime",
            "purchasedate",
            "transactiondate",
            "ordertime",
            "behaviortime",
            "createdat",
            "createtime",
            "datetime",
            "time",
            "date",
            "ts",
            "day",
            "下单时间",
            "支付时间",
            "付款时间",
            "订单付款时间",
            "创建时间",
            "订单创建时间",
            "交易时间",
            "订单时间",
            "行为时间",
            "时间戳",
            "时间",
            "下单日期",
            "日期",
        ],
    ),
    (
        Field::Action,
        &[
            "action",
            "behavior",
            "behaviour",
            "behaviortype",
            "behaviourtype",
            "actiontype",
            "eventtype",
            "eventname",
            "event",
            "行为类型",
            "行为",
            "操作类型",
            "操作",
            "动作",
            "事件类型",
            "事件",
        ],
    ),
    (
        Field::Quantity,
        &["quantity", "qty", "units", "itemcount", "购买数量", "商品数量", "数量", "件数"],
    ),
    (
        Field::Amount,
        &[
            "unitprice",
            "price",
            "itemprice",
            "salesvalue",
            "saleprice",
            "linetotal",
            "amount",
            "totalprice",
            "totalamount",
            "revenue",
            "sales",
            "paid",
            "total",
            "单价",
            "商品单价",
            "价格",
            "实付金额",
            "支付金额",
            "实付",
            "金额",
            "总价",
            "销售额",
        ],
    ),
    (
        Field::Discount,
        &[
            "discount",
            "retaildisc",
            "coupondisc",
            "couponmatchdisc",
            "discountamount",
            "折扣金额",
            "优惠金额",
            "折扣",
            "优惠",
        ],
    ),
    (
        Field::Title,
        &[
            "title",
            "itemname",
            "productname",
            "goodsname",
            "producttitle",
            "productdescription",
            "itemdescription",
            "description",
            "商品名称",
            "商品标题",
            "宝贝标题",
            "商品名",
            "产品名称",
            "品名",
            "标题",
        ],
    ),
    (
        Field::Category,
        &[
            "department",
            "dept",
            "category1",
            "一级类目",
            "一级分类",
            "大类",
            "部门",
            "productcategory",
            "maincategory",
            "category",
            "categoryname",
            "categorycode",
            "categoryid",
            "itemcategory",
            "category2",
            "二级类目",
            "二级分类",
            "中类",
            "类目",
            "类目id",
            "分类",
            "品类",
            "subcategory",
            "commoditydesc",
            "category3",
            "producttype",
            "subcommoditydesc",
            "三级类目",
            "三级分类",
            "小类",
        ],
    ),
    (Field::Brand, &["brand", "brandname", "品牌", "品牌名"]),
    (
        Field::Text,
        &[
            "searchquery",
            "searchterm",
            "query",
            "keyword",
            "reviewtext",
            "review",
            "comment",
            "搜索词",
            "关键词",
            "评论内容",
            "评价内容",
            "评论",
            "评价",
        ],
    ),
    (Field::Rating, &["rating", "stars", "reviewscore", "评分", "星级"]),
    (Field::Channel, &["channel", "platform", "device", "渠道", "平台", "终端"]),
    (
        Field::Attribute,
        &[
            "country", "region", "province", "state", "city", "storeid", "store", "国家", "地区",
            "省份", "城市", "门店",
        ],
    ),
];

/// A column name without what people write differently: case, spaces, `_`, `-`, `.`.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The field that a name says, and how well (0 is best).
pub(super) fn field_of(name: &str) -> Option<(Field, usize)> {
    let name = plain(name);
    NAMES.iter().find_map(|(field, names)| {
        names.iter().position(|&known| known == name).map(|rank| (*field, rank))
    })
}

/// Whether an amount of this name is for the whole line.
pub(super) fn is_line_total(name: &str) -> bool {
    let name = plain(name);
    !["price", "单价", "价格"].iter().any(|word| name.contains(word)) || name.contains("total")
}

/// What an action word means.
pub(super) fn action_of(word: &str) -> Option<Action> {
    let word = plain(word);
    let known: &[(Action, &[&str])] = &[
        (
            Action::View,
            &[
                "pv",
                "view",
                "click",
                "browse",
                "clk",
                "impression",
                "pageview",
                "productview",
                "detail",
                "浏览",
                "点击",
                "查看",
            ],
        ),
        (
            Action::Favourite,
            &[
                "fav",
                "favourite",
                "favorite",
                "collect",
                "like",
                "wishlist",
                "addtowishlist",
                "收藏",
            ],
        ),
        (
            Action::Cart,
            &[
                "cart",
                "addtocart",
                "addcart",
                "add2cart",
                "basket",
                "加购",
                "加购物车",
                "加入购物车",
            ],
        ),
        (Action::Uncart, &["uncart", "removefromcart", "removecart", "移出购物车", "删除购物车"]),
        (
            Action::Purchase,
            &[
                "buy",
                "purchase",
                "order",
                "pay",
                "paid",
                "transaction",
                "sale",
                "checkout",
                "bought",
                "下单",
                "购买",
                "支付",
                "付款",
                "成交",
            ],
        ),
        (
            Action::Refund,
            &[
                "refund",
                "return",
                "returned",
                "cancel",
                "cancelled",
                "canceled",
                "退款",
                "退货",
                "取消",
            ],
        ),
        (Action::Search, &["search", "搜索"]),
        (Action::Review, &["review", "comment", "rate", "评论", "评价"]),
        (Action::Visit, &["visit", "login", "session", "open", "访问", "登录", "进店"]),
        (Action::Coupon, &["coupon", "redeem", "领券", "用券"]),
        (Action::Contact, &["contact", "call", "chat", "email", "客服", "咨询"]),
    ];
    known.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(action, _)| *action)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_however_they_are_spelled() {
        for (name, field) in [
            ("CustomerID", Field::User),
            ("household_id", Field::User),
            ("Customer ID", Field::User),
            ("会员编号", Field::User),
            ("InvoiceNo", Field::Session),
            ("StockCode", Field::Item),
            ("InvoiceDate", Field::Time),
            ("下单时间", Field::Time),
            ("sales_value", Field::Amount),
            ("商品名称", Field::Title),
            ("product_category", Field::Category),
            ("Country", Field::Attribute),
        ] {
            assert_eq!(field_of(name).map(|found| found.0), Some(field), "{name}");
        }
        assert_eq!(field_of("week"), None);
        assert!(
            !is_line_total("UnitPrice")
                && is_line_total("sales_value")
                && is_line_total("TotalPrice")
        );
    }

    #[test]
    fn action_words_of_both_languages_are_known() {
        assert_eq!(action_of("pv"), Some(Action::View));
        assert_eq!(action_of("Add to cart"), Some(Action::Cart));
        assert_eq!(action_of("加购"), Some(Action::Cart));
        assert_eq!(action_of("下单"), Some(Action::Purchase));
        assert_eq!(action_of("17"), None);
    }
}
