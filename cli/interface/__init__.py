"""What every command is called, takes and says of itself; what it does is a function in ``cli.commands`` or elsewhere."""
