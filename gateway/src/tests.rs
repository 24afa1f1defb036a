//! The gateway as a whole: its one port, who comes in, and what becomes of what they write.

mod adults;
mod figures;
mod hostile;
mod notices;
mod port;
mod reading;
mod reporter;
mod roll;
mod screen;
mod sign_in;
mod viewer;
mod webhooks;
