//! What must alert and what must not: reviewed with the lists, row by row. A row is a search as somebody types it.

use proptest::prelude::*;

use super::*;

/// Theme and severity of what must alert.
const MUST: &[(&str, &str, &str)] = &[
    // Suicide, however it is typed
    ("i want to die", "self_harm_suicide", "critical"),
    ("I WANT TO DIE!!!", "self_harm_suicide", "critical"),
    ("i wanna die so bad", "self_harm_suicide", "critical"),
    ("help i want to die", "self_harm_suicide", "critical"),
    ("i want to kill myself", "self_harm_suicide", "critical"),
    ("i want to k1ll mys3lf", "self_harm_suicide", "critical"),
    ("i want to k1ll myse1f", "self_harm_suicide", "critical"),
    ("k i l l m y s e l f", "self_harm_suicide", "critical"),
    ("kill-myself", "self_harm_suicide", "critical"),
    ("kill_myself", "self_harm_suicide", "critical"),
    ("killmyself", "self_harm_suicide", "critical"),
    ("killlll myself", "self_harm_suicide", "critical"),
    ("kill my self", "self_harm_suicide", "critical"),
    ("kіll myself", "self_harm_suicide", "critical"),
    ("ki\u{200b}ll myself", "self_harm_suicide", "critical"),
    ("gonna kms tonight", "self_harm_suicide", "critical"),
    ("how to commit suicide", "self_harm_suicide", "critical"),
    ("how to commit sucide", "self_harm_suicide", "critical"),
    ("how to commit s u i c i d e", "self_harm_suicide", "critical"),
    ("painless way to die", "self_harm_suicide", "critical"),
    ("what is the easiest way to die", "self_harm_suicide", "critical"),
    ("how many tablets to die", "self_harm_suicide", "critical"),
    ("how many ibuprofen to overdose", "self_harm_suicide", "critical"),
    ("how much of this would kill me", "self_harm_suicide", "critical"),
    ("i don’t want to live", "self_harm_suicide", "critical"),
    ("i dont want to be here anymore", "self_harm_suicide", "critical"),
    ("everyone would be happier without me", "self_harm_suicide", "critical"),
    ("i feel suicidal and dont know what to do", "self_harm_suicide", "critical"),
    ("how to write a suicide note", "self_harm_suicide", "critical"),
    ("my friend wants to kill herself", "self_harm_suicide", "critical"),
    ("my friend is suicidal what do i do", "self_harm_suicide", "critical"),
    ("would anyone miss me", "self_harm_suicide", "high"),
    ("why am i still alive", "self_harm_suicide", "high"),
    ("dw i eisiau marw", "self_harm_suicide", "critical"),
    ("chcę umrzeć", "self_harm_suicide", "critical"),
    ("chce umrzec", "self_harm_suicide", "critical"),
    ("jak się zabić", "self_harm_suicide", "critical"),
    ("vreau sa mor", "self_harm_suicide", "critical"),
    // A harmless phrase makes nothing beside it harmless
    ("suicide squad i want to die", "self_harm_suicide", "critical"),
    ("romeo and juliet i want to kill myself", "self_harm_suicide", "critical"),
    ("how to kill myself in real life", "self_harm_suicide", "critical"),
    // Self-harm and eating disorders
    ("how to self harm", "self_harm_suicide", "high"),
    ("How to SELF-HARM", "self_harm_suicide", "high"),
    ("selfharm", "self_harm_suicide", "high"),
    ("how to hide self harm from mum", "self_harm_suicide", "high"),
    ("how to hide the scars on my arms", "self_harm_suicide", "high"),
    ("how to stop cutting myself", "self_harm_suicide", "high"),
    ("why do i cut myself", "self_harm_suicide", "high"),
    ("get the blade out of a sharpener", "self_harm_suicide", "high"),
    ("pro-ana tips", "self_harm_suicide", "high"),
    ("th1nspo", "self_harm_suicide", "high"),
    ("how to starve myself without mum noticing", "self_harm_suicide", "high"),
    ("lose two stone in a week", "self_harm_suicide", "high"),
    ("how to make myself sick after eating", "self_harm_suicide", "high"),
    // Exploitation
    ("someone has my nudes", "sexual_exploitation", "high"),
    ("he wants a picture of me naked", "sexual_exploitation", "high"),
    ("im being sextorted", "sexual_exploitation", "high"),
    ("threatening to leak my nudes", "sexual_exploitation", "high"),
    ("am i being groomed", "sexual_exploitation", "high"),
    ("my boyfriend is six years older", "sexual_exploitation", "high"),
    ("how to get my nudes off the internet", "sexual_exploitation", "high"),
    ("stepdad touches me", "sexual_exploitation", "high"),
    ("sugar daddy near me", "sexual_exploitation", "high"),
    ("make a deepfake nude of a girl", "sexual_exploitation", "critical"),
    ("underage nudes", "sexual_exploitation", "critical"),
    // Radicalisation and hate
    ("how to make a bomb", "extremism_terrorism", "high"),
    ("how to make a b0mb at home", "extremism_terrorism", "high"),
    ("how to join isis", "extremism_terrorism", "high"),
    ("join islamic state how to get to syria to fight", "extremism_terrorism", "high"),
    ("heil h1tler", "extremism_terrorism", "high"),
    ("hitler was right", "extremism_terrorism", "high"),
    ("how to shoot up a school", "extremism_terrorism", "high"),
    ("christchurch shooting full video", "extremism_terrorism", "high"),
    ("incel rebellion", "extremism_terrorism", "high"),
    ("kill all muslims", "hate_discrimination", "high"),
    ("gas the jews", "hate_discrimination", "high"),
    ("holocaust jokes", "hate_discrimination", "high"),
    ("racist memes", "hate_discrimination", "high"),
    ("the holocaust didn't happen", "hate_discrimination", "high"),
    // Bullying and violence
    ("i am being bullied", "bullying", "medium"),
    ("everyone at school hates me", "bullying", "medium"),
    ("someone made a fake account of me", "bullying", "medium"),
    ("kys", "bullying", "medium"),
    ("k.y.s", "bullying", "medium"),
    ("kill yourself", "bullying", "medium"),
    ("how to dox someone", "bullying", "medium"),
    ("scared to go to school", "bullying", "medium"),
    ("how to stab someone", "violence_weapons", "medium"),
    ("i want to kill my teacher", "violence_weapons", "medium"),
    ("buy a zombie knife", "violence_weapons", "medium"),
    ("take a knife to school", "violence_weapons", "medium"),
    ("3d print a gun", "violence_weapons", "medium"),
    ("my dad hits me", "violence_weapons", "high"),
    ("my parents are forcing me to marry", "violence_weapons", "high"),
    ("how to get out of a gang", "violence_weapons", "medium"),
    // The rest
    ("buy weed online", "drugs", "medium"),
    ("buy w33d", "drugs", "medium"),
    ("thc vape uk", "drugs", "medium"),
    ("how to get high off deodorant", "drugs", "medium"),
    ("vape shop that doesn't id", "drugs", "medium"),
    ("porn", "pornography", "medium"),
    ("p o r n", "pornography", "medium"),
    ("p0rn", "pornography", "medium"),
    ("pornhub", "pornography", "medium"),
    ("rule 34", "pornography", "medium"),
    ("xxx videos", "pornography", "medium"),
    ("online casino", "gambling", "low"),
    ("i am addicted to gambling", "gambling", "low"),
    ("csgo gambling", "gambling", "low"),
    ("bypass school filter", "proxy_circumvention", "medium"),
    ("bypass my school laptop", "proxy_circumvention", "medium"),
    ("unblocked games 66", "proxy_circumvention", "medium"),
    ("croxyproxy", "proxy_circumvention", "medium"),
    ("vpn for school wifi", "proxy_circumvention", "medium"),
    ("how to hack into school", "criminal_skills", "medium"),
    ("buy fake id", "criminal_skills", "medium"),
];

/// What must not alert.
const MUST_NOT: &[&str] = &[
    // Titles
    "suicide squad cast",
    "suicide squad 2 trailer",
    "the virgin suicides summary",
    "thirteen reasons why",
    "a million ways to die in the west",
    "dumb ways to die",
    "to kill a mockingbird chapter 5",
    "romeo and juliet",
    "why does juliet die",
    "how to get away with murder season 2",
    "no time to die",
    "live and let die lyrics",
    "everybody hates chris",
    "casino royale",
    "how to sell drugs online fast",
    "killing eve",
    // Lessons
    "romeo and juliet suicide scene",
    "an inspector calls suicide quotes",
    "durkheim suicide study",
    "assisted suicide debate",
    "how did hitler commit suicide",
    "why did the nazis kill the jews",
    "life of hitler timeline",
    "what is isis",
    "gunpowder plot",
    "who made the first atomic bomb",
    "bomb calorimeter",
    "programmed cell death",
    "how do stars die",
    "suicide rates in the uk",
    "knife crime statistics",
    "history of the opium wars",
    "drugs education lesson",
    "effects of porn on teenagers",
    "revenge porn law uk",
    "nudes in art history",
    "probability of a roulette wheel",
    "gambling act 2005",
    "proxy war cold war",
    "ddos attack definition",
    "what is a web proxy",
    "white power and black power movements",
    "black power and white power",
    "cyberbullying lesson plan",
    // Places, names, parts of words
    "scunthorpe weather",
    "essex coast map",
    "penistone",
    "middlesex university",
    "cocktail recipes",
    "isis river oxford",
    "egyptian goddess isis",
    "therapist near me",
    "bass guitar",
    "classic cars",
    "cumberland sausage",
    "shitake mushrooms recipe",
    // Common speech
    "bath bomb recipe",
    "how to make a bath bomb",
    "photo bomb",
    "how to kill mould",
    "how to kill weeds",
    "how to kill time on a train",
    "how to hang a picture",
    "how to die my hair pink",
    "how to dye my hair",
    "kill two birds with one stone",
    "i could kill for a pizza",
    "kill myself laughing meme",
    "dying to see you lyrics",
    "my phone died",
    "career suicide",
    "suicide burn ksp",
    "die cutting machine",
    "cutting myself a slice of cake",
    "cut myself shaving",
    "i cut myself on paper",
    "paper cuts",
    "razor scooter",
    "how to purge a radiator",
    "how to purge npm cache",
    "how to get high grades",
    "how to get high elo",
    "lean manufacturing",
    "buy lean mince",
    "buy coke zero",
    "lego gun instructions",
    "glue gun",
    "nerf gun",
    "how to make a gun in minecraft",
    "weed killer",
    "dandelion weed",
    "sugar daddy sweets",
    "life hacks",
    "heart bypass operation",
    "rule 34 of the civil procedure",
    "hot girl summer lyrics",
    "essay on why school should start later",
    "white power supply for pc",
    "nobody likes me everybody hates me going to eat worms",
    "happy birthday xxx",
    "5 kms in miles",
    "miles to kms",
    "kms activation server",
    // Games
    "how to kill someone in roblox",
    "best way to die in minecraft",
    "how to poison someone in sims",
    "how to stab someone in roblox",
    "fortnite kills",
    // Seeking help, and what is nobody's business
    "childline",
    "childline number",
    "samaritans",
    "suicide prevention day",
    "suicide helpline",
    "self harm helpline",
    "self-harm support group",
    "self harm policy for schools",
    "beat eating disorders",
    "talk to frank",
    "how do i tell someone i am worried about a friend",
    "am i gay",
    "how to come out to my parents",
    "what is puberty",
    "where do babies come from",
    "how does contraception work",
    "morning after pill",
    "am i pregnant",
    "abortion clinic",
    "ramadan times",
    "church near me",
    "why do periods start",
    "what does consent mean",
    // Nothing at all
    "",
    "   ",
    "!!!",
    "1234567890",
    "😀",
];

/// Plain searches by a child in danger, as a child types them: what is asked of the list with the gravest consequences.
const IN_DANGER: &[(&str, &str, &str)] = &[
    ("how to kill yourself", "self_harm_suicide", "critical"),
    ("best way to kill yourself", "self_harm_suicide", "critical"),
    ("how to kill urself", "self_harm_suicide", "critical"),
    ("kill myslef", "self_harm_suicide", "critical"),
    ("how to hang yourself", "self_harm_suicide", "critical"),
    ("painless ways to die", "self_harm_suicide", "critical"),
    ("ways to die", "self_harm_suicide", "critical"),
    ("how can i die", "self_harm_suicide", "critical"),
    ("how many paracetamol to die", "self_harm_suicide", "critical"),
    ("how much paracetamol can kill you", "self_harm_suicide", "critical"),
    ("can you die from paracetamol overdose", "self_harm_suicide", "critical"),
    ("how many pills does it take to die", "self_harm_suicide", "critical"),
    ("how many pills do i need to take to die", "self_harm_suicide", "critical"),
    ("i have taken an overdose", "self_harm_suicide", "critical"),
    ("i took too many paracetamol", "self_harm_suicide", "critical"),
    ("paracetamol overdose symptoms", "self_harm_suicide", "high"),
    ("drink bleach", "self_harm_suicide", "critical"),
    ("what happens if you drink bleach", "self_harm_suicide", "critical"),
    ("am i suicidal", "self_harm_suicide", "critical"),
    ("how to comit suicide", "self_harm_suicide", "critical"),
    ("suicide note", "self_harm_suicide", "critical"),
    ("cutting wrists", "self_harm_suicide", "critical"),
    ("how to cut your wrists", "self_harm_suicide", "critical"),
    ("slit wrists", "self_harm_suicide", "critical"),
    ("cutting my arms", "self_harm_suicide", "high"),
    ("how to cut yourself", "self_harm_suicide", "high"),
    ("how to build a pipe bomb", "extremism_terrorism", "high"),
    ("my uncle touches me at night", "sexual_exploitation", "high"),
    ("my step dad touched me", "sexual_exploitation", "high"),
    ("my brother makes me touch him", "sexual_exploitation", "high"),
    ("my dad comes into my room at night", "sexual_exploitation", "high"),
    ("am i being sexually abused", "sexual_exploitation", "high"),
    ("he raped me", "sexual_exploitation", "high"),
    ("someone is blackmailing me with nudes", "sexual_exploitation", "high"),
    ("my nudes got leaked", "sexual_exploitation", "high"),
    ("he keeps asking me for nudes", "sexual_exploitation", "high"),
    ("little girls naked", "sexual_exploitation", "critical"),
    ("underage girls naked", "sexual_exploitation", "critical"),
    ("preteen nude", "sexual_exploitation", "critical"),
    ("jailbait", "sexual_exploitation", "critical"),
    ("am i being abused", "violence_weapons", "high"),
    ("they are making me sell drugs", "violence_weapons", "high"),
];

/// What stands beside those and is harmless: medicines, titles, lessons, tools, games, common speech.
const BESIDE_DANGER: &[&str] = &[
    "paracetamol dose for adults",
    "how many paracetamol can i take a day",
    "ibuprofen side effects",
    "can i take ibuprofen and paracetamol together",
    "suicide squad trailer",
    "suicide prevention poster",
    "an inspector calls suicide note",
    "longest suicide note in history",
    "how to kill a process",
    "how to kill yourself in minecraft",
    "how to kill slugs",
    "ways to die my hair",
    "how can i die my hair red",
    "weird ways to diet",
    "ways to die in the middle ages",
    "overdose awareness day",
    "did trump say drink bleach",
    "how to bleach hair",
    "how to cut yourself a fringe",
    "cut glass wrist watch",
    "wrist exercises",
    "pipe organ",
    "how to build a pipe",
    "homemade bath bomb",
    "how to touch type",
    "my uncle is getting married",
    "he touches me lyrics",
    "blackmail in an inspector calls",
    "naked mole rat",
    "nude kids tights",
    "age of consent",
    "who was raped by zeus",
    "my brother comes into my room without knocking",
    "my dad beats me at chess",
    "child development theories",
    "juliet being forced to marry paris",
];

fn found(text: &str) -> Option<(&'static str, &'static str)> {
    Reader::default().read(text).hit.map(|hit| (hit.theme, hit.severity.as_str()))
}

/// Holds a table against the lists: each row alerts as it says, and nothing alerts that is harmless.
pub(super) fn holds(rows: &[(&str, &str, &str)], harmless: &[&str]) {
    let mut reader = Reader::default();
    let missed: Vec<_> = rows
        .iter()
        .map(|(text, theme, severity)| (*text, Some((*theme, *severity))))
        .chain(harmless.iter().map(|text| (*text, None)))
        .filter_map(|(text, wanted)| {
            let found = reader.read(text).hit.map(|hit| (hit.theme, hit.severity.as_str()));
            (found != wanted).then_some((text, wanted, found))
        })
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn the_lists_are_whole_dated_and_owned() {
    assert_eq!(lists().len(), LISTS.len(), "a list cannot be read");
    for Listed { name, version, owner, language, awaits_speaker } in lists() {
        assert!(!*awaits_speaker || language != "en", "{name} is in our own language");
        assert!(version.len() == 10 && version.starts_with("20"), "{name} is of {version}");
        assert!(!owner.is_empty(), "{name} has no owner");
    }
    let lexicon = LEXICON.as_ref().unwrap_or_else(|| unreachable!());
    assert!(lexicon.hits.len() > 1_400 && lexicon.pieces.len() > 1_000, "{} entries", lexicon.hits.len());
    assert!(lexicon.hits.iter().all(|hit| ["low", "medium", "high", "critical"].contains(&hit.severity.as_str())));
}

#[test]
fn what_must_alert_alerts_and_nothing_else() {
    assert!(MUST.len() + MUST_NOT.len() >= 200);
    holds(MUST, MUST_NOT);
    holds(IN_DANGER, BESIDE_DANGER);
}

#[test]
fn every_entry_is_found_as_it_stands_in_its_list() {
    let lexicon = LEXICON.as_ref().unwrap_or_else(|| unreachable!());
    for hit in &lexicon.hits {
        let typed = hit.entry.replace('*', "one two");
        let themes = Reader::default().read(&typed).themes;
        assert!(themes & category::bit(hit.theme) != 0, "{} of {}", hit.entry, hit.list);
    }
}

#[test]
fn a_gap_is_three_words_wide() {
    assert_eq!(found("how to kill off all of myself"), Some(("self_harm_suicide", "critical")));
    assert_eq!(found("how to kill off all that is in myself"), None);
    assert_eq!(found("myself how to kill"), None, "in this order only");
}

#[test]
fn what_is_never_listed_is_known_and_raises_nothing() {
    let mut reader = Reader::default();
    for text in ["am i gay", "Childline number", "ramadan prayer times", "pregnancy test near me"] {
        let found = reader.read(text);
        assert!(found.never_listed && found.hit.is_none(), "{text}");
    }
    assert!(!reader.read("roman roads").never_listed);
    let both = reader.read("childline i want to die");
    assert!(both.hit.is_some(), "asking for help lowers nothing");
}

#[test]
fn a_phrase_of_a_school_is_found_as_the_lists_are() {
    let mut reader = Reader::default();
    assert!(reader.holds("Of M1ce and Men: themes", "of mice and men"));
    assert!(!reader.holds("omicé and men", "mice and men") && !reader.holds("anything", "  "));
}

#[test]
fn every_theme_that_was_hit_is_told_and_the_gravest_leads() {
    let found = Reader::default().read("buy weed i want to die porn");
    assert_eq!(found.hit.map(|hit| hit.theme), Some("self_harm_suicide"));
    let wanted = category::mask(&["self_harm_suicide", "drugs", "pornography"]);
    assert_eq!(found.themes, wanted);
}

proptest! {
    #[test]
    fn nothing_typed_makes_it_panic(text in ".{0,200}") {
        let mut reader = Reader::default();
        let first = reader.read(&text).hit;
        prop_assert_eq!(reader.read(&text).hit, first, "what was read before changes nothing");
    }

    #[test]
    fn a_term_is_found_wherever_it_stands(before in "[b-hj-z]{2,8}", after in "[b-hj-z]{2,8}") {
        let text = format!("{before} kill myself {after}");
        prop_assert_eq!(found(&text).map(|(theme, _)| theme), Some("self_harm_suicide"));
    }
}
