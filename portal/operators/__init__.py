"""What the operator of an installation watches: queues, workers, failures, slow targets, room. For staff, and for Prometheus."""
