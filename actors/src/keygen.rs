//! Generation of Hydra keys (`api.md` 6.6): 256-bit seeds, owner-only files, never over an existing file.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rydra_core::cardano::envelope::KeyKind;
use rydra_core::party::SigningKey;

/// Name without extension of the key files when none is given, as hydra-node's.
pub const DEFAULT_BASE: &str = "hydra-key";

/// Owner reads and writes, nobody else: the signing key signs for the whole head.
const SIGNING_KEY_MODE: u32 = 0o600;
/// The verification key is public, but nobody else needs to replace it.
const VERIFICATION_KEY_MODE: u32 = 0o644;

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// Signing key file, mode 0600.
    pub signing_key: PathBuf,
    /// Verification key file.
    pub verification_key: PathBuf,
    /// Verification key in hex, as the API shows parties.
    pub vkey_hex: String,
}

/// Why no keys were written: what was seen, what was needed, what to do.
#[derive(Debug)]
pub enum KeygenError {
    /// A file of that name exists.
    Exists(PathBuf),
    /// The system gave no random bytes.
    NoRandomness(String),
    /// A file could not be written.
    Write(PathBuf, io::Error),
}

impl fmt::Display for KeygenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(file) => write!(
                f,
                "{} exists; needed a new name, keys are never overwritten; choose another --output-file \
                 or move the old key to a safe place",
                file.display()
            ),
            Self::NoRandomness(error) => write!(
                f,
                "the system gave no random bytes ({error}); needed 32 for a key; check getrandom(2) in \
                 this sandbox"
            ),
            Self::Write(file, error) => write!(
                f,
                "{} could not be written ({error}); needed a writable directory with free space; \
                 check the path of --output-file",
                file.display()
            ),
        }
    }
}

impl std::error::Error for KeygenError {}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "signing key       {} (mode 0600, keep it secret)",
            self.signing_key.display()
        )?;
        writeln!(f, "verification key  {}", self.verification_key.display())?;
        write!(f, "party             {}", self.vkey_hex)
    }
}

/// Writes `BASE.sk` and `BASE.vk` with a fresh key.
///
/// # Errors
/// When either file exists, the system has no randomness, or a file cannot be written. A signing key
/// without its verification key is removed again.
pub fn generate(base: &Path) -> Result<Written, KeygenError> {
    let mut seed = [0u8; 32];
    getrandom::fill(&mut seed).map_err(|error| KeygenError::NoRandomness(error.to_string()))?;
    let written = write_pair(base, &seed);
    seed.fill(0);
    written
}

fn write_pair(base: &Path, seed: &[u8; 32]) -> Result<Written, KeygenError> {
    let (signing_key, verification_key) = (with_suffix(base, ".sk"), with_suffix(base, ".vk"));
    // Checked before anything is written, and again by `create_new` against a race.
    for file in [&signing_key, &verification_key] {
        if file.symlink_metadata().is_ok() {
            return Err(KeygenError::Exists(file.clone()));
        }
    }
    let party = SigningKey::from_seed(seed).party();
    let text = |kind: KeyKind, key: &[u8], file: &Path| {
        kind.to_text(key)
            .map_err(|error| KeygenError::Write(file.to_path_buf(), io::Error::other(error)))
    };
    let secret = text(KeyKind::HydraSigning, seed, &signing_key)?;
    let public = text(KeyKind::HydraVerification, &party.vkey.0, &verification_key)?;
    write_new(&signing_key, SIGNING_KEY_MODE, &secret)?;
    if let Err(error) = write_new(&verification_key, VERIFICATION_KEY_MODE, &public) {
        // Best effort: the key was never used, and a second run must not be refused by half of this one.
        let _ = std::fs::remove_file(&signing_key);
        return Err(error);
    }
    Ok(Written { signing_key, verification_key, vkey_hex: party.to_string() })
}

/// `a.b` becomes `a.b.sk`: `Path::with_extension` would cut the name.
fn with_suffix(base: &Path, suffix: &str) -> PathBuf {
    let mut name = base.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn write_new(file: &Path, mode: u32, content: &str) -> Result<(), KeygenError> {
    let failed = |error: io::Error| {
        if error.kind() == io::ErrorKind::AlreadyExists {
            KeygenError::Exists(file.to_path_buf())
        } else {
            KeygenError::Write(file.to_path_buf(), error)
        }
    };
    let mut options = OpenOptions::new();
    let mut opened: File =
        options.write(true).create_new(true).mode(mode).open(file).map_err(failed)?;
    let written = opened.write_all(content.as_bytes()).and_then(|()| opened.sync_all());
    written.map_err(|error| {
        let _ = std::fs::remove_file(file);
        failed(error)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_seed_gives_the_envelopes_of_the_contract() {
        let dir = tempfile::tempdir().unwrap();
        let base = dir.path().join("alice");
        let seed = rydra_core::unit::unhex(
            "e4c36e5403e6a02ef4821a34bb71d504916df0ddea476f797a5639110bc1bd52",
        )
        .unwrap();
        let written = write_pair(&base, seed.as_slice().try_into().unwrap()).unwrap();
        let vkey = "b37aabd81024c043f53a069c91e51a5b52e4ea399ae17ee1fe3cb9c44db707eb";
        assert_eq!(written.vkey_hex, vkey);
        let read: serde_json::Value =
            serde_json::from_slice(&std::fs::read(dir.path().join("alice.vk")).unwrap()).unwrap();
        assert_eq!(
            read,
            serde_json::json!({
                "type": "HydraVerificationKey_ed25519", "description": "",
                "cborHex": format!("5820{vkey}"),
            })
        );
    }

    #[test]
    fn the_signing_key_is_for_its_owner_only_and_two_keys_differ() {
        let dir = tempfile::tempdir().unwrap();
        let a = generate(&dir.path().join("a.b")).unwrap();
        let b = generate(&dir.path().join("b")).unwrap();
        assert_eq!(a.signing_key, dir.path().join("a.b.sk"));
        let mode = std::fs::metadata(&a.signing_key).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_ne!(a.vkey_hex, b.vkey_hex);
    }

    #[test]
    fn an_existing_file_of_either_name_is_never_touched() {
        for existing in ["k.sk", "k.vk"] {
            let dir = tempfile::tempdir().unwrap();
            let file = dir.path().join(existing);
            std::fs::write(&file, "precious").unwrap();
            let error = generate(&dir.path().join("k")).unwrap_err().to_string();
            assert!(error.contains(existing) && error.contains("never overwritten"), "{error}");
            assert_eq!(std::fs::read_to_string(&file).unwrap(), "precious");
            assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "no half pair");
        }
        // A dangling link would be followed by a plain create.
        let dir = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/nowhere/else", dir.path().join("k.sk")).unwrap();
        assert!(matches!(generate(&dir.path().join("k")), Err(KeygenError::Exists(_))));
    }

    #[test]
    fn a_missing_directory_is_named() {
        let error = generate(Path::new("/nonexistent-directory/k")).unwrap_err().to_string();
        assert!(error.contains("/nonexistent-directory/k.sk") && error.contains("--output-file"));
    }
}
