"""Public sources of quotes, bars and instruments, asked politely."""
