//! Matrices that Python wrote, for the examples that are timed beside it.

use std::path::Path;

use fenqun_base::Matrix;

type Failure = Box<dyn std::error::Error>;

/// A matrix of float32 from a `.npy` file in C order.
pub(crate) fn read(path: &Path) -> Result<Matrix, Failure> {
    let (name, bytes) = (path.display(), std::fs::read(path)?);
    if bytes.len() < 10 || !bytes.starts_with(b"\x93NUMPY\x01") {
        return Err(format!("{name} is no .npy file of format 1").into());
    }
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(bytes.get(10..10 + length).ok_or("header cut short")?)?;
    if !header.contains("'<f4'") || !header.contains("'fortran_order': False") {
        return Err(format!("{name} must hold float32 in C order: {header}").into());
    }
    let shape = header.split('(').nth(1).and_then(|rest| rest.split(')').next());
    let extents = shape.ok_or("no shape")?.split(',').map(str::trim).filter(|it| !it.is_empty());
    let extents: Vec<usize> = extents.map(str::parse).collect::<Result<_, _>>()?;
    let [n_rows, n_columns] = extents[..] else {
        return Err(format!("{name} must have two dimensions").into());
    };
    let values = bytes[10 + length..]
        .chunks_exact(4)
        .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
        .collect();
    Ok(Matrix::new(n_rows, n_columns, values)?)
}
