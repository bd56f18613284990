"""The simulated exchange: books, queues, auctions, halts."""
