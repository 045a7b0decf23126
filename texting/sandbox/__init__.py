"""A stand-in for ZipWhip: its own process, sharing no code with the client that talks to it."""
