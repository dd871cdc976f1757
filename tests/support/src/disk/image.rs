//! A directory's content as a value: names, and bytes of files.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// What stands under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// A directory.
    Dir,
    /// A file with this content.
    File(Vec<u8>),
}

/// Everything below a directory, by path relative to it; a directory sorts before what is in it.
pub type Image = BTreeMap<String, Node>;

/// Reads a directory.
///
/// # Errors
/// When it cannot be read.
pub fn read(root: &Path) -> io::Result<Image> {
    let mut image = Image::new();
    read_into(root, "", &mut image)?;
    Ok(image)
}

fn read_into(dir: &Path, prefix: &str, image: &mut Image) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            read_into(&entry.path(), &format!("{name}/"), image)?;
            image.insert(name, Node::Dir);
        } else {
            image.insert(name, Node::File(fs::read(entry.path())?));
        }
    }
    Ok(())
}

/// Makes a directory hold exactly this.
///
/// # Errors
/// When it cannot be written.
pub fn write(root: &Path, image: &Image) -> io::Result<()> {
    if root.exists() {
        fs::remove_dir_all(root)?;
    }
    fs::create_dir_all(root)?;
    for (path, node) in image {
        match node {
            Node::Dir => fs::create_dir(root.join(path))?,
            Node::File(bytes) => fs::write(root.join(path), bytes)?,
        }
    }
    Ok(())
}

/// Names and lengths, for a failure's text.
#[must_use]
pub fn summary(image: &Image) -> String {
    let line = |(path, node): (&String, &Node)| match node {
        Node::Dir => format!("{path}/"),
        Node::File(bytes) => format!("{path}: {} bytes", bytes.len()),
    };
    image.iter().map(line).collect::<Vec<_>>().join(", ")
}

/// Where two images differ first, path by path.
#[must_use]
pub fn difference(a: &Image, b: &Image) -> Option<String> {
    let paths: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    paths.into_iter().find_map(|path| match (a.get(path), b.get(path)) {
        (Some(Node::File(x)), Some(Node::File(y))) if x != y => {
            let at = x.iter().zip(y).position(|(x, y)| x != y).unwrap_or(x.len().min(y.len()));
            Some(format!("{path} differs at byte {at} ({} and {} bytes)", x.len(), y.len()))
        }
        (x, y) if x == y => None,
        (x, y) => Some(format!("{path}: there {}, and {}", x.is_some(), y.is_some())),
    })
}
