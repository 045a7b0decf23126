"""ZipWhip's words and ways; nothing outside this folder knows them."""
