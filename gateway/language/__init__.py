"""Words and dates in Chinese and English: Chinese stands in the pages themselves, English in one catalogue per area."""
