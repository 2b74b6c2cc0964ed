//! secrets/.recipients and the keys in it: lines come and go alone, whatever else stands there.
#![no_main]

use generator::{
    path::TreePath,
    secrets::{
        manifest,
        recipient::{Recipient, hash_set},
    },
};
use libfuzzer_sys::fuzz_target;

const KEY: &str = include_str!("../../tests/keys/example_operator.pub");

fuzz_target!(|text: &str| {
    let keys: Vec<Recipient> = text.lines().filter_map(|line| line.parse().ok()).collect();
    for key in &keys {
        assert_eq!(key.as_str().parse::<Recipient>().unwrap(), *key);
    }
    let mut reversed = keys.clone();
    reversed.reverse();
    assert_eq!(hash_set(&keys), hash_set(&reversed));

    let path = TreePath::new("secrets/x.age").unwrap();
    let to = [KEY.parse::<Recipient>().unwrap()];
    let with = manifest::with(text, &path, b"sealed", &to);
    assert!(manifest::Index::new(manifest::lines(&with)).agrees(&path, b"sealed", &to));
    assert_eq!(manifest::with(&with, &path, b"sealed", &to), with, "again changes nothing");
    let without = manifest::without(&with, &path);
    assert_eq!(without, manifest::without(text, &path), "every other line stays");
    assert!(manifest::lines(&without).all(|line| line.path != path.as_str()));
});
