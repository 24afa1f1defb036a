//! `hedgerow package`: encrypted files from a school, opened and tried without a server.

use std::path::PathBuf;

use chassis::{
    error::{Error, Result},
    jose::jws,
};
use clap::Subcommand;
use incident_cases::{
    case::referral::document::Document as Referral,
    transfer::{
        document::{Document, Recipient, Sender},
        envelope::{self, Opened, Refused},
    },
};

/// Encrypted files: a child's file as one school sends it to another, a referral, and whatever else left a school.
#[derive(Debug, Subcommand)]
pub enum Package {
    /// Opens an encrypted file with its passphrase. Of a child's file and of a referral, the signature and every digest are
    /// tried, and what is in it is printed; anything else, such as a printed case, is saved. Nothing is sent anywhere.
    Open {
        /// The file, whose name ends in `.jwe`.
        file: PathBuf,
        /// The file that holds the passphrase; without one it is read on standard input.
        #[arg(long)]
        passphrase_file: Option<PathBuf>,
        /// Where what is in it is saved; a child's file or a referral is then saved as its signed text.
        #[arg(long)]
        save: Option<PathBuf>,
    },
}

impl Package {
    /// Runs it.
    ///
    /// # Errors
    /// `Invalid` where the file cannot be read, does not open, or is not as it was sent.
    pub fn run(&self) -> Result<()> {
        let Self::Open { file, passphrase_file, save } = self;
        let content = std::fs::read(file).map_err(|e| Error::invalid("file", super::unreadable(file, &e)))?;
        let passphrase = match passphrase_file {
            Some(path) => std::fs::read_to_string(path).map_err(|e| super::unreadable(path, &e)),
            None => std::io::read_to_string(std::io::stdin()).map_err(|e| e.to_string()),
        };
        let passphrase = passphrase.map_err(|why| Error::invalid("passphrase-file", why))?;
        let opened = envelope::decrypted(&content, &passphrase)?;
        if let Some(save) = save {
            return super::write_new(save, &opened.content).map_err(|why| Error::invalid("save", why));
        }
        match String::from_utf8(opened.content) {
            Ok(signed) if opened.cty == envelope::CTY => {
                print!("{}", read(&signed)?);
                Ok(())
            }
            _ => Err(Error::invalid("save", format!("Name a file to save it to: what is in it is {:?}", opened.cty))),
        }
    }
}

/// What a signed document says, as text: a child's file, or a referral.
fn read(signed: &str) -> Result<String> {
    match envelope::read::<Document>(signed) {
        Err(Refused::NoPackage) => Ok(referral(&envelope::read::<Referral>(signed)?)),
        opened => Ok(told(&opened?)),
    }
}

/// Who sends it to whom, with what the two compare on the telephone.
fn begun(
    sender: &Sender,
    recipient: &Recipient,
    (sent, about): (&str, Vec<String>),
    number: &str,
    key: &str,
) -> Vec<String> {
    let numbered = |name: &str, urn: &str| if urn.is_empty() { name.to_owned() } else { format!("{name} (URN {urn})") };
    let mut lines = vec![
        "Every digest and the signature fit: the file is as it was signed.".to_owned(),
        String::new(),
        format!("From:         {}", numbered(&sender.name, &sender.urn)),
        format!("Sent by:      {}", sender.sent_by),
        format!("Whom to ring: {}", sender.contact),
        format!("Sent:         {sent}"),
        format!("For:          {}", numbered(&recipient.name, &recipient.urn)),
    ];
    lines.extend(about);
    lines.extend([
        String::new(),
        "Read these out to the school that sent it, on a number that you know to be theirs:".to_owned(),
        format!("Fingerprint of its key: {key}"),
        format!("Number of the file:     {}", jws::groups(number.get(..16).unwrap_or(number))),
        String::new(),
    ]);
    lines
}

/// Lines as they are printed. What would move a terminal's cursor is left out: a stranger wrote them.
fn printed(lines: &[String]) -> String {
    let text = lines.join("\n") + "\n";
    text.chars().filter(|c| *c == '\n' || !c.is_control()).collect()
}

/// What a referral says, as text.
fn referral(opened: &Opened<Referral>) -> String {
    let document = &opened.document;
    let about = vec![
        format!("To:           {}", document.recipient.address),
        format!("Referral:     {}", document.referral.title),
        format!("Their case:   {}", document.referral.reference),
    ];
    let sent = (document.sent_time.as_str(), about);
    let mut lines = begun(&document.sender, &document.recipient, sent, &document.number(), &opened.fingerprint);
    let mut group = "";
    for one in &document.answers {
        if one.group != group {
            lines.extend([one.group.clone(), String::new()]);
            group = &one.group;
        }
        lines.push(format!("{}. {}", one.number, one.question));
        let said = if one.answer.is_empty() { "No answer" } else { &one.answer };
        lines.extend(said.lines().map(|line| format!("   {line}")));
        lines.push(String::new());
    }
    printed(&lines)
}

/// What a child's file says, as text.
fn told(opened: &Opened<Document>) -> String {
    let document = &opened.document;
    let child = &document.child;
    let about = vec![
        format!("To:           {}", document.recipient.contact),
        format!("Child:        {} {}", child.given_name, child.family_name),
        format!("Born:         {}", child.birth_date),
        format!("Year group:   {}", child.year_group),
        format!("UPN:          {}", child.upn),
    ];
    let sent = (document.sent_time.as_str(), about);
    let mut lines = begun(&document.sender, &document.recipient, sent, &document.digest(), &opened.fingerprint);
    for item in &document.entries {
        lines.push(format!("{}. {}, {}, {}", item.number, item.kind, item.time, item.record));
        if !item.origin.is_empty() {
            lines.push(format!("   From the file of {}", item.origin));
        }
        lines.extend(item.text.lines().map(|line| format!("   {line}")));
        if item.redacted {
            lines.push("   (Names of others, or an address, were taken out.)".to_owned());
        }
        lines.push(String::new());
    }
    lines.extend(document.left_out.iter().map(|left| format!("Not in it: {} ({})", left.count, left.why)));
    printed(&lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_opened_and_told_and_a_changed_one_refused() -> Result<()> {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let file = root.join("docs/examples/packages/example.jwe");
        let content = std::fs::read(&file).map_err(|e| Error::internal(e.to_string()))?;
        let opened = envelope::open::<Document>(&content, "7kq2 m9xr 4tbd ohjw 5zpe")?;
        let text = read(&opened.signed)?;
        assert!(
            text.contains("Child:        Ann Oak") && text.contains("   Ann said that [Child 1] took the phone."),
            "{text}"
        );
        let referral = std::fs::read(root.join("docs/examples/packages/referral.jwe"));
        let referral = referral.map_err(|e| Error::internal(e.to_string()))?;
        let opened = envelope::open::<Referral>(&referral, "7kq2m9xr4tbd0hjw5zpe")?;
        let text = read(&opened.signed)?;
        assert!(
            text.contains("Referral:     Children’s") && text.contains("3. Is the child in danger now?\n   not_known")
        );
        let lost = Package::Open { file: root.join("none"), passphrase_file: None, save: None };
        assert!(lost.run().is_err_and(|error| error.to_string().contains("No such file")));
        let wrong = envelope::open::<Document>(&content, "0000-0000-0000-0000-0000").map(drop).map_err(Error::from);
        assert!(wrong.is_err_and(|error| error.violations().iter().any(|wrong| wrong.field == "passphrase")));
        Ok(())
    }
}
