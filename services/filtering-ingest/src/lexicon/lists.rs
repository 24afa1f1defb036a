//! Every list, by its file.

macro_rules! lists {
    ($($name:literal)*) => {
        pub(super) const LISTS: &[&str] = &[$(include_str!(concat!("../../data/lexicon/", $name, ".yaml"))),*];
    };
}

lists! {
    "suicide.en" "overdose.en" "self-harm.en" "eating-disorders.en" "sexual-exploitation.en" "radicalisation.en" "hate.en"
    "bullying.en" "violence.en" "drugs.en" "pornography.en" "gambling.en" "circumvention.en" "criminal-skills.en"
    "never-listed.en"
    "suicide.cy" "suicide.es" "suicide.fr" "suicide.pl" "suicide.ro"
    "in-danger.ar" "in-danger.bn" "in-danger.de" "in-danger.hi" "in-danger.it" "in-danger.ja" "in-danger.ko" "in-danger.lt"
    "in-danger.nl" "in-danger.pa" "in-danger.pt" "in-danger.ru" "in-danger.so" "in-danger.sq" "in-danger.sv" "in-danger.sw"
    "in-danger.tl" "in-danger.tr" "in-danger.uk" "in-danger.ur" "in-danger.vi" "in-danger.zh"
}
