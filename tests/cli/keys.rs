//! `gen-hydra-key`: owner-only files, never over an existing one.

use std::os::unix::fs::PermissionsExt;

use crate::harness::{read, run, text};

#[test]
fn a_signing_key_is_readable_by_its_owner_only_and_is_never_overwritten() {
    let dir = tempfile::tempdir().unwrap();
    let base = dir.path().join("alice");
    let (sk, vk) = (base.with_extension("sk"), base.with_extension("vk"));
    let line = ["gen-hydra-key", "--output-file", base.to_str().unwrap()];

    let made = run(&line);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let mode = |path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&sk), mode(&vk)), (0o600, 0o644));
    let envelope: serde_json::Value = serde_json::from_str(&read(&sk)).unwrap();
    assert_eq!(envelope["type"], "HydraSigningKey_ed25519");
    let secret = envelope["cborHex"].as_str().unwrap();
    let said = text(&made.stdout) + &text(&made.stderr);
    assert!(!said.contains(&secret[4..]), "the key was printed");

    let (before_sk, before_vk) = (read(&sk), read(&vk));
    let again = run(&line);
    assert_eq!(again.status.code(), Some(1));
    let error = text(&again.stderr);
    assert!(error.contains("exists") && error.contains("--output-file"), "{error}");
    assert_eq!((read(&sk), read(&vk)), (before_sk, before_vk));

    // The verification key alone is enough to refuse: a pair that does not match is worse than none.
    std::fs::remove_file(&sk).unwrap();
    assert_eq!(run(&line).status.code(), Some(1));
    assert!(!sk.exists());
}
