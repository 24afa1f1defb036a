//! Plain words of a child in danger, one slip away from them, in other languages, and what is harmless beside them. Reviewed
//! with the lists, row by row.

use super::{LEXICON, Reader, tests::holds};
use crate::category;

/// Theme and severity of what must alert.
const MUST: &[(&str, &str, &str)] = &[
    ("commit suicide", "self_harm_suicide", "critical"),
    ("committing suicide", "self_harm_suicide", "critical"),
    ("i have taken too many tablets", "self_harm_suicide", "critical"),
    ("i took pills what do i do", "self_harm_suicide", "critical"),
    ("drown myself", "self_harm_suicide", "critical"),
    ("how to suffocate myself", "self_harm_suicide", "critical"),
    ("jump in front of train", "self_harm_suicide", "critical"),
    ("jump from bridge", "self_harm_suicide", "critical"),
    ("jump off building", "self_harm_suicide", "critical"),
    ("lie on train tracks", "self_harm_suicide", "critical"),
    ("gas myself", "self_harm_suicide", "critical"),
    ("electrocute myself", "self_harm_suicide", "critical"),
    ("sanctioned suicide", "self_harm_suicide", "critical"),
    ("sasu forum", "self_harm_suicide", "critical"),
    ("nembutal buy", "self_harm_suicide", "critical"),
    ("peaceful pill", "self_harm_suicide", "critical"),
    ("exit bag", "self_harm_suicide", "critical"),
    ("sodium nitrite buy", "self_harm_suicide", "critical"),
    ("helium suicide", "self_harm_suicide", "critical"),
    ("sodium nitrate suicide", "self_harm_suicide", "critical"),
    ("train tracks suicide", "self_harm_suicide", "critical"),
    ("cut my self", "self_harm_suicide", "high"),
    ("best way to kill your self", "self_harm_suicide", "critical"),
    ("kms", "self_harm_suicide", "critical"),
    ("ways to unalive yourself", "self_harm_suicide", "critical"),
    ("i want 2 die", "self_harm_suicide", "critical"),
    ("choking game", "self_harm_suicide", "high"),
    ("blackout challenge", "self_harm_suicide", "high"),
    ("how to get razor blade out of razor", "self_harm_suicide", "high"),
    ("raped by my dad", "sexual_exploitation", "high"),
    ("he is making me have sex", "sexual_exploitation", "high"),
    ("sexually abused", "sexual_exploitation", "high"),
    ("my stepdad hurts me", "violence_weapons", "high"),
    ("my brother does things to me at night", "sexual_exploitation", "high"),
    ("i think im being trafficked", "sexual_exploitation", "high"),
    ("online friend wants to meet me", "sexual_exploitation", "high"),
    ("snapchat man wants pics", "sexual_exploitation", "high"),
    ("being forced to marry", "violence_weapons", "high"),
    ("they make me carry drugs", "violence_weapons", "high"),
    ("how to run away from home", "violence_weapons", "high"),
    ("date rape drug", "sexual_exploitation", "high"),
    ("nudify", "sexual_exploitation", "critical"),
    ("undress ai", "sexual_exploitation", "critical"),
    ("deepfake nude app", "sexual_exploitation", "critical"),
    ("nude teens", "sexual_exploitation", "high"),
    ("cp links", "sexual_exploitation", "critical"),
    ("buy heroin", "drugs", "medium"),
    ("where to get cocaine", "drugs", "medium"),
    ("xanax buy online", "drugs", "medium"),
    ("how to travel to syria to fight", "extremism_terrorism", "high"),
    ("mein kampf pdf", "extremism_terrorism", "high"),
    ("my dad hits me", "violence_weapons", "high"),
    ("they are taking me abroad to get married", "violence_weapons", "high"),
    ("hwo to commit suicide", "self_harm_suicide", "critical"),
    ("paracetamol overdoes", "self_harm_suicide", "high"),
    ("i wsa raped", "sexual_exploitation", "high"),
    ("how to kll myself", "self_harm_suicide", "critical"),
    ("i wana die", "self_harm_suicide", "critical"),
    ("how too commit suicide", "self_harm_suicide", "critical"),
    ("how to tye a noose", "self_harm_suicide", "critical"),
    ("how to join a terorist group", "extremism_terrorism", "high"),
    ("how to kil my self", "self_harm_suicide", "critical"),
    ("kiill myself", "self_harm_suicide", "critical"),
    ("how to comit suiside", "self_harm_suicide", "critical"),
    ("wie bringe ich mich um", "self_harm_suicide", "critical"),
    ("ich will sterben", "self_harm_suicide", "critical"),
    ("أريد أن أموت", "self_harm_suicide", "critical"),
    ("كيف انتحر", "self_harm_suicide", "critical"),
    ("آتمنی خودکشی کا طریقہ", "self_harm_suicide", "critical"),
    ("main marna chahta hoon", "self_harm_suicide", "critical"),
    ("मैं मरना चाहता हूँ", "self_harm_suicide", "critical"),
    ("ਮੈਂ ਮਰਨਾ ਚਾਹੁੰਦਾ ਹਾਂ", "self_harm_suicide", "critical"),
    ("আমি মরতে চাই", "self_harm_suicide", "critical"),
    ("noriu mirti", "self_harm_suicide", "critical"),
    ("хочу умереть", "self_harm_suicide", "critical"),
    ("хочу померти", "self_harm_suicide", "critical"),
    ("quero morrer", "self_harm_suicide", "critical"),
    ("voglio morire", "self_harm_suicide", "critical"),
    ("ölmek istiyorum", "self_harm_suicide", "critical"),
    ("我真的我想死了", "self_harm_suicide", "critical"),
    ("もう死にたいです", "self_harm_suicide", "critical"),
    ("죽고 싶어", "self_harm_suicide", "critical"),
    ("waxaan rabaa inaan dhinto", "self_harm_suicide", "critical"),
    ("nataka kufa", "self_harm_suicide", "critical"),
    ("dua të vdes", "self_harm_suicide", "critical"),
    ("gusto ko nang mamatay", "self_harm_suicide", "critical"),
    ("tôi muốn chết", "self_harm_suicide", "critical"),
    ("ik wil dood", "self_harm_suicide", "critical"),
    ("jag vill dö", "self_harm_suicide", "critical"),
    ("my friend took an overdose", "self_harm_suicide", "critical"),
    ("does it hurt to hang yourself", "self_harm_suicide", "critical"),
    ("my parents want me to marry my cousin", "violence_weapons", "high"),
    ("running away from home", "violence_weapons", "high"),
    ("gang wants me to carry a knife", "violence_weapons", "high"),
    ("man online asked for pics", "sexual_exploitation", "high"),
    ("how to get weed", "drugs", "medium"),
    ("overdose", "self_harm_suicide", "high"),
    ("i hate myself", "self_harm_suicide", "high"),
    ("how to commit suicid", "self_harm_suicide", "critical"),
    ("i want to dei", "self_harm_suicide", "critical"),
    ("how to hang mysellf", "self_harm_suicide", "critical"),
    ("he rapd me", "sexual_exploitation", "high"),
    ("ich möchte mich umbringen", "self_harm_suicide", "critical"),
    ("хочу покончить с собой", "self_harm_suicide", "critical"),
    ("我不想活了", "self_harm_suicide", "critical"),
    ("меня бьет отец", "violence_weapons", "high"),
    ("mio padre mi picchia", "violence_weapons", "high"),
    ("my dad beats me up", "violence_weapons", "high"),
    ("my dad hits me in the face", "violence_weapons", "high"),
    ("my parents hit me at home", "violence_weapons", "high"),
    ("my brother hit me with a belt", "violence_weapons", "high"),
    ("how deep to cut into skin", "self_harm_suicide", "high"),
    ("thinking about ending it with my belt", "self_harm_suicide", "critical"),
    ("joining the kkk", "extremism_terrorism", "high"),
];

/// What must not alert.
const MUST_NOT: &[&str] = &[
    "how to die cut cardboard",
    "how to die blender",
    "tie a noose knot fishing",
    "end it all chords",
    "i wanna die happy lyrics",
    "cutting myself slack",
    "how to cut myself a fringe",
    "how to purge a queue",
    "how to make a bomb calorimeter",
    "what happens when you drink bleach science",
    "heil hitler salute history",
    "buy weed killer",
    "how to roll a joint of beef",
    "nudes art history picasso",
    "zombie knife ban news",
    "how to poison someone in skyrim",
    "buy ecstasy perfume",
    "bet365 stadium",
    "why did hitler commit suicide",
    "did romeo commit suicide",
    "how many people commit suicide a year",
    "i shoot myself in the foot",
    "drown myself in work",
    "how to kil yourself in minecarft",
    "how to dye my hair",
    "i went to dinner",
    "rapid rage grape scrape",
    "cute hand want went",
    "i want to diet",
    "send nodes",
    "how to hand wash",
    "i was rapid",
    "how to cute",
    "sell shelf harm",
    "where to buy weed killer",
    "travel to syria history",
    "my brother beats me at fifa",
    "train tracks for kids",
    "railway lines map",
    "kms to miles",
    "5 kms in miles",
    "send notes",
    "I was raised in leeds",
    "how to commit to git",
    "buy bed",
    "how to hang a picture",
    "how to hug myself",
    "how to kill my shelf",
    "how to make a bob",
    "tie a nose",
    "want to dine",
    "i want to dig",
    "deepfake nude law",
    "how to bet a dog",
    "juliet being forced to marry paris",
    "running away from home book review",
    "how to get weed out of the lawn",
    "how to die in a video game",
    "my dad beat me to it",
    "why did people join the kkk",
    "dog running away from home",
    "how to kil yourself in roblox",
    "suicide sqaud",
    "paracetamol dose",
    "ماما في البيت",
    "как умереть в майнкрафте",
    "我想死你了",
    "死にたい 歌詞",
    "how many people commit suicide each year",
    "samurai commit suicide",
    "deepfake nudes law",
    "where can i buy weed killer",
    "people travel to syria to fight",
    "siege download",
    "zombie knives banned",
    "my brother beats me at mario kart",
    "dad beats me at tennis",
    "my mum locked me out of my ipad",
    "my sister kicks me off xbox",
    "where can i find drugs education worksheets",
    "gun suicide statistics",
    "how to electrocute yourself with a balloon",
    "how deep to cut turf",
    "space x videos",
    "how to join the k pop club",
];

/// Phrases of which every one-letter slip is tried.
const PHRASES: &[&str] = &[
    "paracetamol overdose",
    "i was raped",
    "how to cut myself",
    "how to commit suicide",
    "i want to die",
    "how to hang myself",
    "how to self harm",
    "send nudes",
    "how to kill myself",
    "i want to kill myself",
];

#[test]
fn what_must_alert_alerts_and_what_is_harmless_does_not() {
    holds(MUST, MUST_NOT);
}

/// A word with a letter dropped, doubled, or swapped with its neighbour, in each of its places.
fn slips(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let mut all = Vec::new();
    for place in 0..letters.len() {
        let mut slip = letters.clone();
        slip.remove(place);
        all.push(slip);
        let mut slip = letters.clone();
        slip.insert(place, letters[place]);
        all.push(slip);
        if place + 1 < letters.len() {
            let mut slip = letters.clone();
            slip.swap(place, place + 1);
            all.push(slip);
        }
    }
    all.into_iter().map(String::from_iter).filter(|slip| slip != word).collect()
}

#[test]
fn nearly_every_slip_of_one_letter_is_found() {
    let lexicon = LEXICON.as_ref().unwrap_or_else(|| unreachable!());
    let (mut reader, mut tried, mut missed) = (Reader::default(), 0_usize, Vec::new());
    for phrase in PHRASES {
        let words: Vec<&str> = phrase.split(' ').collect();
        for (at, word) in words.iter().enumerate().filter(|(_, word)| word.len() > 1) {
            for slip in slips(word).into_iter().filter(|slip| !lexicon.slips.is_own(slip)) {
                let typed = [&words[..at], &[slip.as_str()][..], &words[at + 1..]].concat().join(" ");
                tried += 1;
                if reader.read(&typed).hit.is_none() {
                    missed.push(typed);
                }
            }
        }
    }
    assert!(tried > 300, "{tried}");
    assert!(missed.len() * 10 <= tried, "{} of {tried}: {missed:?}", missed.len());
}

#[test]
fn a_verdict_by_a_slip_says_so_and_no_phrase_is_made_of_more_than_two() {
    let mut reader = Reader::default();
    let mut by_slip = |text: &str| reader.read(text).hit.map(|hit| reader.by_slip(hit));
    assert_eq!(by_slip("how to commit suicide"), Some(false));
    assert_eq!(by_slip("how to comit suicide"), Some(true));
    assert_eq!(by_slip("commit suicide comit suicide"), Some(false), "it was there without one, too");
    assert_eq!(by_slip("wants mee to sned nudess"), Some(true));
    assert_eq!(by_slip("naekd ltitle grils"), None);
    assert_eq!(by_slip("pron"), None, "a short word alone");
    assert_eq!(by_slip("jailbaiit"), Some(true));
}

#[test]
fn a_word_that_means_something_else_counts_where_nothing_else_was_typed() {
    let mut reader = Reader::default();
    assert!(reader.read("KMS!").hit.is_some());
    assert!(reader.read("kms to london").hit.is_none());
}

#[test]
fn a_long_search_is_judged_whole_and_what_is_hostile_ends() {
    let mut reader = Reader::default();
    for filler in ["roman roads ", "r0m4n r11111 ", "hwo kil myslef ", "how many pills ", "道"] {
        let long = filler.repeat(30_000 / filler.chars().count());
        let found = reader.read(&format!("{long} i want to die"));
        assert!(found.themes & category::bit("self_harm_suicide") != 0, "{filler}");
        assert!(reader.hits().len() < 200, "each entry once: {filler}");
    }
    assert!(reader.read(&format!("{}i want to die", "roman roads ".repeat(4_000))).hit.is_none(), "a bound");
}
