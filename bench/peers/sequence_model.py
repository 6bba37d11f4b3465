"""A contrastive sequence model of households: a GRU over purchase lines, trained so that two stretches of one household
lie nearer to each other than to those of others (CoLES: Babaev et al. 2022), and to foretell the next product type."""

import numpy as np
import polars as pl
import torch
from polars import col
from torch import nn
from torch.nn import functional

STEPS, HOUSEHOLDS, SHORTEST, LONGEST, WIDTH = 1500, 48, 30, 120, 128


class Encoder(nn.Module):
    def __init__(self, n_types: int, n_departments: int) -> None:
        super().__init__()
        self.types, self.departments = nn.Embedding(n_types, 48), nn.Embedding(n_departments, 16)
        self.gru = nn.GRU(48 + 16 + 4, WIDTH, batch_first=True)
        self.next = nn.Linear(WIDTH, n_types)

    def forward(self, codes: torch.Tensor, numbers: torch.Tensor) -> torch.Tensor:
        inputs = torch.cat([self.types(codes[..., 0]), self.departments(codes[..., 1]), numbers], dim=-1)
        return self.gru(inputs)[0]


def encode(events: pl.DataFrame, catalogue: pl.DataFrame, households: pl.Series, seed: int) -> np.ndarray:
    """One vector a household: the mean of the vectors of stretches of its events."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    codes, numbers, starts, n_codes = prepare(events, catalogue, households)
    model = Encoder(*n_codes)
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3)
    long_enough = np.flatnonzero(np.diff(starts) > 2 * SHORTEST)

    def stretch(household: int, length: int) -> slice:
        first, end = starts[household], starts[household + 1]
        begin = random.integers(first, max(first + 1, end - length))
        return slice(begin, min(begin + length, end))

    def batch(chosen: np.ndarray, length: int) -> tuple[torch.Tensor, torch.Tensor]:
        spans = [stretch(h, length) for h in chosen]
        whole = [span for span in spans if span.stop - span.start == length] or spans[:1]
        return torch.stack([codes[s] for s in whole]), torch.stack([numbers[s] for s in whole])

    for _ in range(STEPS):
        length = int(random.integers(SHORTEST, LONGEST))
        chosen = random.choice(long_enough[np.diff(starts)[long_enough] > length], HOUSEHOLDS, replace=False)
        (a_codes, a_numbers), (b_codes, b_numbers) = batch(chosen, length), batch(chosen, length)
        a, b = model(a_codes, a_numbers), model(b_codes, b_numbers)
        ends = [functional.normalize(states[:, -1]) for states in (a, b)]
        alike = ends[0] @ ends[1].T / 0.1
        target = torch.arange(len(alike))
        contrast = functional.cross_entropy(alike, target) + functional.cross_entropy(alike.T, target)
        ahead = functional.cross_entropy(model.next(a[:, :-1:5]).flatten(0, 1), a_codes[:, 1::5, 0][:, : a[:, :-1:5].shape[1]].flatten())
        optimiser.zero_grad()
        (contrast + 0.2 * ahead).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
    vectors = np.zeros((len(households), WIDTH), dtype=np.float32)
    with torch.no_grad():
        for h in range(len(households)):
            first, end = starts[h], starts[h + 1]
            pieces = [slice(at, min(at + LONGEST, end)) for at in range(first, end, LONGEST)]
            states = [model(codes[p][None], numbers[p][None])[0, -1] for p in pieces]
            vectors[h] = torch.stack(states).mean(dim=0).numpy()
    return vectors


def prepare(events, catalogue, households):
    """Codes of type and department, four numbers, and where each household begins."""
    coded = catalogue.select("item", type=col("narrow").fill_null("?").cast(pl.Categorical).to_physical(), department=col("wide").fill_null("?").cast(pl.Categorical).to_physical())
    lines = events.join(coded, on="item", how="left").sort("user", "time").with_columns(
        gap=(col("time") - col("time").shift(1).over("user")).fill_null(0) / 86_400_000,
        hour=(col("local") // 3_600_000 % 24) / 24, weekday=(col("local") // 86_400_000 % 7) / 7,
    )  # fmt: skip
    codes = torch.from_numpy(lines.select(col("type", "department").fill_null(0).cast(pl.Int64)).to_numpy().copy())
    numbers = lines.select(col("amount").log1p(), col("gap").log1p(), "hour", "weekday").to_numpy().astype(np.float32)
    counts = households.to_frame("user").join(lines.group_by("user").len(), on="user", how="left")["len"].fill_null(0)
    starts = np.concatenate([[0], np.cumsum(counts.to_numpy().astype(np.int64))])
    return codes, torch.from_numpy(numbers), starts, (int(codes[:, 0].max()) + 1, int(codes[:, 1].max()) + 1)
