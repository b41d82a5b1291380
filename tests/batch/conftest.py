from batches import by_threads, threads

__all__ = ["by_threads", "threads"]
