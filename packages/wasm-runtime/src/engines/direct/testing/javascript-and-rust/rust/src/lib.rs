wit_bindgen::generate!({ world: "rust-part", path: "../parts.wit" });

use exports::test::parts::reports::Guest;
use std::collections::BTreeMap;
use test::parts::words::{self, Trouble};

struct Reports;
export!(Reports);

impl Guest for Reports {
    fn longest(text: String) -> Result<Option<String>, String> {
        match words::split(&text) {
            Ok(words) => Ok(words.into_iter().map(|word| word.text).max_by_key(|word| word.chars().count())),
            Err(Trouble::Empty) => Err("there is no text".to_owned()),
            Err(Trouble::TooLong) => Err(format!("a text of {} bytes", text.len())),
        }
    }

    fn count(texts: Vec<String>) -> Vec<(String, u32)> {
        let mut counts = BTreeMap::new();
        for text in texts {
            for word in words::split(&text).unwrap_or_default() {
                *counts.entry(word.text).or_insert(0) += 1;
            }
        }
        counts.into_iter().collect()
    }

    fn fail() {
        words::fail();
    }
}
