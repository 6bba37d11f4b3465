//! Words that items of the generated shop are named with.

/// Department, the month (1 to 12) in which it sells best, how strongly the season shows
/// (0 not at all, 1 twice as much at the peak), its price of about the middle, and its categories
/// with their kinds.
pub struct Department(
    pub &'static str,
    pub u32,
    pub f64,
    pub f64,
    pub &'static [(&'static str, &'static [&'static str])],
);

#[rustfmt::skip]
pub const DEPARTMENTS: &[Department] = &[
    Department("Garden", 5, 0.9, 14.0, &[
        ("Plants", &["Rose Bush", "Tulip Bulbs", "Herb Seeds", "Fern", "Apple Tree"]),
        ("Garden Tools", &["Spade", "Pruning Shears", "Rake", "Watering Can", "Wheelbarrow"]),
        ("Outdoor Furniture", &["Garden Bench", "Deck Chair", "Parasol", "Bistro Table"]),
        ("Barbecue", &["Charcoal Grill", "Grill Tongs", "Briquettes", "Smoking Chips"])]),
    Department("Kitchen", 11, 0.3, 18.0, &[
        ("Cookware", &["Frying Pan", "Saucepan", "Casserole", "Wok", "Baking Tin"]),
        ("Tableware", &["Dinner Plate", "Mug", "Wine Glass", "Serving Bowl", "Teapot"]),
        ("Kitchen Tools", &["Peeler", "Whisk", "Chef Knife", "Chopping Board", "Grater"]),
        ("Storage", &["Lunch Box", "Spice Jar", "Bread Bin", "Cake Tin"])]),
    Department("Toys", 12, 1.0, 16.0, &[
        ("Building Toys", &["Brick Set", "Marble Run", "Train Track", "Model Kit"]),
        ("Dolls and Figures", &["Rag Doll", "Dolls House", "Knight Figure", "Farm Animals"]),
        ("Games", &["Board Game", "Card Game", "Jigsaw Puzzle", "Dice Set", "Memory Game"]),
        ("Baby Toys", &["Rattle", "Teether", "Stacking Cups", "Play Mat"])]),
    Department("Gifts", 12, 1.0, 7.0, &[
        ("Cards and Wrap", &["Birthday Card", "Gift Wrap", "Ribbon", "Gift Bag", "Postcard Set"]),
        ("Candles", &["Scented Candle", "Tea Lights", "Lantern", "Candle Holder"]),
        ("Decorations", &["Bunting", "Hanging Heart", "Photo Frame", "Paper Garland", "Snow Globe"]),
        ("Jewellery", &["Silver Bracelet", "Bead Necklace", "Earrings", "Brooch"])]),
    Department("Pets", 1, 0.0, 11.0, &[
        ("Dog", &["Dog Food", "Dog Lead", "Chew Bone", "Dog Bed", "Dog Treats"]),
        ("Cat", &["Cat Food", "Cat Litter", "Scratching Post", "Cat Toy"]),
        ("Small Animals", &["Hay", "Rabbit Hutch", "Bird Seed", "Hamster Wheel"]),
        ("Aquarium", &["Fish Food", "Water Filter", "Aquarium Plant", "Gravel"])]),
    Department("Sports", 6, 0.5, 32.0, &[
        ("Running", &["Running Shoes", "Running Shorts", "Running Socks", "Head Torch"]),
        ("Yoga", &["Yoga Mat", "Yoga Block", "Foam Roller", "Meditation Cushion"]),
        ("Cycling", &["Bike Helmet", "Bike Light", "Bike Lock", "Cycling Gloves", "Bottle Cage"]),
        ("Camping", &["Sleeping Bag", "Tent", "Camping Stove", "Camping Chair"])]),
    Department("Fashion", 10, 0.3, 38.0, &[
        ("Women", &["Summer Dress", "Wool Cardigan", "Blouse", "Skinny Jeans", "Ankle Boots"]),
        ("Men", &["Oxford Shirt", "Chinos", "Lambswool Sweater", "Leather Belt", "Polo Shirt"]),
        ("Children", &["Rain Coat", "Pyjamas", "School Trousers", "Wellington Boots"]),
        ("Accessories", &["Silk Scarf", "Leather Wallet", "Sunglasses", "Tote Bag"])]),
    Department("Electronics", 11, 0.7, 85.0, &[
        ("Audio", &["Headphones", "Bluetooth Speaker", "Record Player", "Earbuds"]),
        ("Computing", &["Keyboard", "Mouse", "Webcam", "USB Hub", "Laptop Stand"]),
        ("Phones", &["Phone Case", "Charging Cable", "Power Bank", "Screen Protector"]),
        ("Smart Home", &["Smart Bulb", "Smart Plug", "Thermostat", "Door Sensor"])]),
    Department("Beauty", 12, 0.3, 15.0, &[
        ("Skin Care", &["Face Cream", "Hand Balm", "Sun Lotion", "Face Mask", "Cleanser"]),
        ("Hair Care", &["Shampoo", "Conditioner", "Hair Brush", "Hair Oil"]),
        ("Make-up", &["Lipstick", "Mascara", "Nail Polish", "Eyeliner"]),
        ("Bath", &["Bath Salts", "Soap Bar", "Bath Towel", "Body Scrub"])]),
    Department("Pantry", 12, 0.1, 5.0, &[
        ("Tea and Coffee", &["Green Tea", "Coffee Beans", "Herbal Tea", "Ground Coffee"]),
        ("Sweets", &["Dark Chocolate", "Fruit Gums", "Shortbread", "Caramel Bar", "Nougat"]),
        ("Oils and Spices", &["Olive Oil", "Curry Powder", "Sea Salt", "Balsamic Vinegar"]),
        ("Breakfast", &["Granola", "Honey", "Strawberry Jam", "Porridge Oats"])]),
];

pub const BRANDS: &[&str] = &[
    "Alder & Finch",
    "Brightwell",
    "Casa Nova",
    "Dunmore",
    "Everly",
    "Foxglove",
    "Greystone",
    "Harrow",
    "Ironbridge",
    "Juniper",
    "Kestrel",
    "Lumen",
    "Marlow",
    "Northwind",
    "Oakhurst",
    "Pinewood",
    "Quayside",
    "Redfern",
    "Saltmarsh",
    "Thistle",
    "Umber",
    "Valley",
    "Wren",
    "Yarrow",
];

pub const STYLES: &[&str] = &[
    "Classic", "Vintage", "Modern", "Rustic", "Organic", "Deluxe", "Everyday", "Handmade", "Mini",
    "Large", "Premium", "Retro", "Striped", "Spotted", "Floral", "Plain", "Travel", "Family",
];

pub const COLOURS: &[&str] = &[
    "Red", "Blue", "Green", "Ivory", "Black", "White", "Pink", "Teal", "Mustard", "Grey", "Navy",
    "Natural", "Coral", "Lilac",
];
