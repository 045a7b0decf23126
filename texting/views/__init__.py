"""Every page of texting, a module each."""
