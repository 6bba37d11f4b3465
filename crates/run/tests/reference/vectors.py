"""Makes `vectors.json`: pairs of files as numpy writes them, good ones and ones that break a rule.

Run with numpy 2.4.6:
    python crates/run/tests/reference/vectors.py > crates/run/tests/reference/vectors.json
"""

import io
import json

import numpy as np

users = [bytes([n, 200 - n, 7, n * n % 251] * 4).hex() for n in (3, 1, 90, 40, 160)]
users.sort()
ids = np.array([int(user[:16], 16) >> 1 for user in users], "i8")
order = np.array([2, 0, 4, 1, 3])
vectors = np.array([[n + 0.5, -n, n / 8] for n in range(5)], "f2")


def saved(array, **more):
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, **more)
    return buffer.getvalue()


good = {"ids": saved(ids[order]), "vectors": saved(vectors[order])}
strange = np.where(order == 4, ids[order] + 1, ids[order])
twice = np.where(order == 4, ids[0], ids[order])
nan, infinite = vectors[order].copy(), vectors[order].copy()
nan[3, 1], infinite[0, 2] = np.nan, np.inf
archive = io.BytesIO()
np.savez(archive, embeddings=vectors)
cases = [
    ("good", {}, None),
    ("another order", {"ids": saved(ids), "vectors": saved(vectors)}, None),
    ("format 2", {"vectors": saved(vectors[order], version=(2, 0))}, None),
    ("float32", {"vectors": saved(vectors[order].astype("f4"))}, "float16 numbers"),
    ("big-endian", {"vectors": saved(vectors[order].astype(">f2"))}, "float16 numbers"),
    ("int32 ids", {"ids": saved(ids[order].astype("i4"))}, "int64 numbers"),
    ("unsigned ids", {"ids": saved(ids[order].astype("u8"))}, "int64 numbers"),
    ("ids in a column", {"ids": saved(ids[order][:, None])}, "1 dimension,"),
    ("three dimensions", {"vectors": saved(vectors[order][None])}, "2 dimensions"),
    ("one dimension", {"vectors": saved(vectors[order][:, 0].copy())}, "2 dimensions"),
    ("column after column", {"vectors": saved(np.asfortranarray(vectors[order]))}, "row after row"),
    ("too wide", {"vectors": saved(np.zeros((5, 2049), "f2"))}, "between 1 and 2048 columns"),
    ("no columns", {"vectors": saved(np.zeros((5, 0), "f2"))}, "between 1 and 2048 columns"),
    ("a row short", {"vectors": saved(vectors[order][:4])}, "a row for each of the 5 ids"),
    ("NaN", {"vectors": saved(nan)}, "NaN in row 3, column 1"),
    ("infinity", {"vectors": saved(infinite)}, "inf in row 0, column 2"),
    ("an id twice", {"ids": saved(twice)}, "the id of row"),
    ("a strange id", {"ids": saved(strange)}, "an id that is not wanted in row 2"),
    ("an id short", {"ids": saved(ids[order][:4]), "vectors": saved(vectors[order][:4])}, "1 are missing"),
    ("an id more", {"ids": saved(np.append(ids, 9))}, "an id that is not wanted in row 5"),
    ("cut short", {"vectors": good["vectors"][:-1]}, "got 29 bytes"),
    ("a byte more", {"vectors": good["vectors"] + b"\0"}, "got 31 bytes"),
    ("cut in the header", {"vectors": good["vectors"][:40]}, "a whole NumPy file"),
    ("empty", {"ids": b""}, "a whole NumPy file"),
    ("an archive", {"vectors": archive.getvalue()}, "a NumPy file (.npy)"),
    ("objects", {"ids": saved(ids[order].astype("O"))}, "int64 numbers"),
]
print(
    json.dumps(
        {
            "users": users,
            "vectors": vectors.astype("f8").tolist(),
            "cases": [
                {
                    "name": name,
                    "ids": (good | files)["ids"].hex(),
                    "vectors": (good | files)["vectors"].hex() if name != "too wide" else "",
                    "error": error,
                }
                for name, files, error in cases
            ],
        }
    )
)
