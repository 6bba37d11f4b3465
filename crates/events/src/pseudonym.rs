//! The key, and what it turns ids into. Nothing outside this room ever sees what went in.

use std::fs;
use std::io::Write;
use std::path::Path;

use fenqun_base::UserId;
use rustc_hash::FxHashMap;

use crate::EventsError;

/// 32 random bytes that make pseudonyms: the same key gives the same pseudonyms in every run, and
/// without it nobody can find a user by trying ids.
#[derive(Clone)]
pub struct Key([u8; 32]);

impl Key {
    /// Reads the key file, or makes one with mode 0600 where there is none. The file holds 64
    /// hexadecimal digits. Two processes that start together end with one key.
    ///
    /// # Errors
    /// A key file that others can read, that holds no key, or that cannot be written.
    pub fn open_or_create(path: &Path) -> Result<Self, EventsError> {
        match fs::read_to_string(path) {
            Ok(text) => {
                refuse_exposed(path)?;
                Self::parse(&text)
                    .ok_or_else(|| EventsError::KeyUnreadable { file: path.display().to_string() })
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::create(path),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                Err(EventsError::KeyUnreadable { file: path.display().to_string() })
            }
            Err(error) => Err(EventsError::file(path)(error)),
        }
    }

    /// A key of given bytes: for tests and benchmarks, where pseudonyms must repeat.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    fn create(path: &Path) -> Result<Self, EventsError> {
        let mut bytes = [0u8; 32];
        getrandom::fill(&mut bytes)
            .map_err(EventsError::format("the system gives no random bytes for a key"))?;
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder).map_err(EventsError::file(folder))?;
        // Temporary files are made with mode 0600, and keep it when they are renamed.
        let mut file = tempfile::Builder::new()
            .prefix(".key-")
            .tempfile_in(folder)
            .map_err(EventsError::file(folder))?;
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(file, "{digits}").map_err(EventsError::file(path))?;
        file.as_file().sync_all().map_err(EventsError::file(path))?;
        match file.persist_noclobber(path) {
            Ok(_) => Ok(Self(bytes)),
            // Someone else was faster: theirs is the key.
            Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => {
                Self::open_or_create(path)
            }
            Err(error) => Err(EventsError::file(path)(error.error)),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let digits = text.trim();
        let mut bytes = [0u8; 32];
        if digits.len() != 64 || !digits.is_ascii() {
            return None;
        }
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&digits[2 * index..2 * index + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// The pseudonym of a raw user id.
    #[must_use]
    pub fn user(&self, raw: &str) -> UserId {
        let mut user = [0u8; 16];
        user.copy_from_slice(&blake3::keyed_hash(&self.0, raw.as_bytes()).as_bytes()[..16]);
        UserId(user)
    }

    /// The keyed hash of a raw session id; never 0, which means no session.
    pub(crate) fn session(&self, raw: &str) -> u64 {
        let mut head = [0u8; 8];
        head.copy_from_slice(&blake3::keyed_hash(&self.0, raw.as_bytes()).as_bytes()[16..24]);
        u64::from_le_bytes(head).max(1)
    }

    /// The keyed hash of the word for a group of users. A household may be called what a user is:
    /// the word before it keeps the two apart.
    pub(crate) fn group(&self, raw: &str) -> u64 {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        hasher.update(b"group\0").update(raw.as_bytes());
        let mut head = [0u8; 8];
        head.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
        u64::from_le_bytes(head)
    }

    /// The keyed hash of a raw event id; never all zero, which means no id.
    pub(crate) fn event(&self, raw: &str) -> [u64; 2] {
        let hash = blake3::keyed_hash(&self.0, raw.as_bytes());
        let (mut low, mut high) = ([0u8; 8], [0u8; 8]);
        low.copy_from_slice(&hash.as_bytes()[16..24]);
        high.copy_from_slice(&hash.as_bytes()[24..32]);
        [u64::from_le_bytes(low).max(1), u64::from_le_bytes(high)]
    }
}

/// Says nothing of its bytes.
impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

#[cfg(unix)]
fn refuse_exposed(path: &Path) -> Result<(), EventsError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).map_err(EventsError::file(path))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(EventsError::KeyExposed { file: path.display().to_string(), mode });
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_exposed(_: &Path) -> Result<(), EventsError> {
    Ok(())
}

/// Pseudonyms of the users seen so far: each distinct raw id is hashed once.
pub(crate) struct Users {
    key: Key,
    by_text: FxHashMap<Box<str>, u32>,
    by_number: FxHashMap<i64, u32>,
    users: Vec<UserId>,
}

impl Users {
    pub(crate) fn new(key: &Key) -> Self {
        let (by_text, by_number) = (FxHashMap::default(), FxHashMap::default());
        Self { key: key.clone(), by_text, by_number, users: Vec::new() }
    }

    /// The number of a user given by the canonical text of the id.
    pub(crate) fn text(&mut self, raw: &str) -> u32 {
        if let Some(&user) = self.by_text.get(raw) {
            return user;
        }
        let user = self.users.len() as u32;
        self.users.push(self.key.user(raw));
        self.by_text.insert(raw.into(), user);
        user
    }

    /// The same for an integer column, without making text of it more than once a user.
    pub(crate) fn number(&mut self, raw: i64) -> u32 {
        if let Some(&user) = self.by_number.get(&raw) {
            return user;
        }
        let user = self.text(&raw.to_string());
        self.by_number.insert(raw, user);
        user
    }

    pub(crate) fn pseudonym(&self, user: u32) -> UserId {
        self.users[user as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.users.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_key_file_is_private_and_read_back() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("deep/er/key");
        let key = Key::open_or_create(&path).expect("made");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let again = Key::open_or_create(&path).expect("read");
        assert_eq!(key.user("7"), again.user("7"));
        assert_ne!(key.user("7"), Key::from_bytes([0; 32]).user("7"));

        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("loosened");
        let error = Key::open_or_create(&path).expect_err("refused").to_string();
        assert!(error.contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_broken_key_file_is_not_replaced() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let path = folder.path().join("key");
        Key::open_or_create(&path).expect("made");
        for bytes in [&b"short"[..], &[0xff; 64], "£".repeat(32).as_bytes()] {
            fs::write(&path, bytes).expect("written");
            let result = Key::open_or_create(&path);
            assert!(matches!(result, Err(EventsError::KeyUnreadable { .. })));
        }
        assert!(path.exists());
    }

    #[test]
    fn a_number_and_its_text_are_one_user() {
        let mut users = Users::new(&Key::from_bytes([1; 32]));
        let user = users.number(123);
        assert_eq!(users.text("123"), user);
        assert_ne!(users.text("124"), user);
        assert_eq!(users.len(), 2);
        assert_eq!(format!("{:?}", Key::from_bytes([7; 32])), "Key(…)");
    }

    #[test]
    fn hashes_of_sessions_events_and_groups_are_not_the_pseudonym() {
        let key = Key::from_bytes([1; 32]);
        let user = key.user("536365").0;
        assert_ne!(key.session("536365").to_le_bytes(), user[..8]);
        assert_ne!(key.event("536365")[0].to_le_bytes(), user[..8]);
        assert_ne!(key.group("536365").to_le_bytes(), user[..8]);
        assert_ne!(key.group("536365"), Key::from_bytes([2; 32]).group("536365"));
    }
}
