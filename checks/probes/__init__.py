"""Async programs that ask the questions and return facts. They judge nothing."""
