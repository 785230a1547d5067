"""The daily note of the quiet period and voting day: one A4 page of counts, without tests."""
