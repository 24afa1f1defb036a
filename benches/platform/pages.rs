//! The console's pages as a browser gets them: every page that links lead to, for every role.

use std::{
    collections::{BTreeSet, VecDeque},
    time::{Duration, Instant},
};

use http::{Request, Response, header};
use http_body_util::{BodyExt as _, Full};
use hyper::{
    body::{Bytes, Incoming},
    client::conn::http1::SendRequest,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::{
    Result,
    embedded::Demo,
    figures::{Samples, ms},
};

/// One person in every role of the demonstration.
const PEOPLE: [&str; 7] = [
    "officer",
    "harrowmere.staff",
    "harrowmere.dsl",
    "harrowmere.head",
    "harrowmere.governor",
    "harrowmere.chair",
    "harrowmere.it",
];
/// How often every page is asked for.
const ROUNDS: usize = 20;
/// The most pages followed per person.
const PAGES: usize = 60;

/// One connection with a person's session.
pub struct Browser {
    sender: SendRequest<Full<Bytes>>,
    host: String,
    cookie: String,
}

impl Browser {
    /// Nobody yet.
    pub async fn new(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, host: address.to_owned(), cookie: String::new() })
    }

    /// Signs a person of the demonstration in, by the form.
    pub async fn sign_in(&mut self, name: &str) -> Result<()> {
        let page = self.send(Request::get("/sign-in"), String::new()).await?;
        let set = page.headers().get(header::SET_COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        self.cookie = set.split(';').next().unwrap_or_default().to_owned();
        let page = page.into_body().collect().await?.to_bytes();
        let page = String::from_utf8_lossy(&page).into_owned();
        let proof = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let proof = proof.ok_or("the sign-in page has no form")?;
        let form = format!("csrf={proof}&sign_in_name={name}&password={}", hedgerow::demo::PASSWORD.replace(' ', "+"));
        let request = Request::post("/sign-in")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin");
        let answer = self.send(request, form).await?;
        let cookies = answer.headers().get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        let pairs: Vec<&str> = cookies.filter_map(|value| value.split(';').next()).collect();
        if pairs.is_empty() {
            return Err(format!("{name} could not sign in: {}", answer.status()).into());
        }
        self.cookie = pairs.join("; ");
        Ok(())
    }

    /// Gets a page: its status, and its text or the place it sends the browser to.
    pub async fn get(&mut self, path: &str) -> Result<(u16, String)> {
        let answer = self.send(Request::get(path), String::new()).await?;
        let status = answer.status().as_u16();
        if let Some(place) = answer.headers().get(header::LOCATION) {
            return Ok((status, place.to_str()?.to_owned()));
        }
        let body = answer.into_body().collect().await?.to_bytes();
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }

    async fn send(&mut self, request: http::request::Builder, body: String) -> Result<Response<Incoming>> {
        let request = request.header(header::HOST, &self.host).header(header::COOKIE, &self.cookie);
        self.sender.ready().await?;
        Ok(self.sender.send_request(request.body(Full::from(body))?).await?)
    }
}

/// Prints how soon pages are there.
pub async fn measure(demo: &Demo) -> Result<()> {
    let (served, _) = demo.serve().await?;
    let (mut all, mut slowest) = (Samples::default(), (Duration::ZERO, String::new()));
    let mut count = 0;
    for person in PEOPLE {
        let mut browser = Browser::new(&served.address).await?;
        browser.sign_in(person).await?;
        for page in pages(&mut browser).await? {
            let mut samples = Samples::default();
            for _ in 0..ROUNDS {
                let begun = Instant::now();
                browser.get(&page).await?;
                samples.push(begun.elapsed());
            }
            if samples.at(95) > slowest.0 {
                slowest = (samples.at(95), format!("{person} {}", kind(&page)));
            }
            all.extend(&samples);
            count += 1;
        }
    }
    println!("{count} pages of {} people (p95 under 50 ms): {}", PEOPLE.len(), all.line());
    println!("  slowest by its own p95: {} ({})", slowest.1, ms(slowest.0));
    Ok(())
}

/// Every page that links lead to from a person's home; downloads and sign-out are not pages.
async fn pages(browser: &mut Browser) -> Result<BTreeSet<String>> {
    let (mut found, mut seen) = (BTreeSet::new(), BTreeSet::new());
    let mut waiting = VecDeque::from(["/".to_owned()]);
    while let Some(path) = waiting.pop_front() {
        if found.len() >= PAGES || !seen.insert(path.clone()) {
            continue;
        }
        let (status, text) = browser.get(&path).await?;
        if status == 303 {
            waiting.push_back(text);
            continue;
        }
        if status != 200 {
            return Err(format!("{} answers {status}", kind(&path)).into());
        }
        let links = text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let ours = |link: &&str| link.starts_with('/') && !link.starts_with("/assets/") && !link.contains(['.', '#']);
        waiting.extend(links.filter(ours).map(|link| link.replace("&amp;", "&")));
        found.insert(path);
    }
    Ok(found)
}

/// A page's address without the ids in it.
fn kind(path: &str) -> String {
    let part = |part: &str| if part.contains('_') { "…".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}
