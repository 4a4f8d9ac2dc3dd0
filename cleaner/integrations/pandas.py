"""pandas: `clean_frame` adds the columns of `cleaner.arrow.SCHEMA` to a DataFrame.

import pandas as pd
from cleaner.integrations.pandas import clean_frame

frame = clean_frame(pd.DataFrame({"text": [text]}))
frame["clean_text"]
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from cleaner.arrow import clean_arrow

if TYPE_CHECKING:
    import pandas as pd


def clean_frame(frame: pd.DataFrame, **options: Any) -> pd.DataFrame:
    """A DataFrame with its articles; the keywords are those of `clean_arrow`. The index stays; lists and structs are
    Python values."""
    import pandas as pd

    added = clean_arrow(pa.Table.from_pandas(frame, preserve_index=False), **options)
    new = added.select(range(len(frame.columns), added.num_columns)).to_pylist()
    columns = {name: [row[name] for row in new] for name in added.schema.names[len(frame.columns) :]}
    return pd.concat([frame, pd.DataFrame(columns, index=frame.index, dtype=object)], axis=1)
