package dev.poolswitch.testkit.server;

/** The state of one limit as a budget header tells it. */
record Gauge(String unit, long limit, long remaining, long resetNanos) {}
