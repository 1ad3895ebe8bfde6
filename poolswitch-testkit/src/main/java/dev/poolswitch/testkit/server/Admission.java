package dev.poolswitch.testkit.server;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an account decided about a request.
 *
 * @param refusal {@code null} if the request is admitted
 * @param atNanos when, on the provider's clock
 * @param inFlight the admitted requests under way, this one included
 * @param gauges the tightest limits afterwards, one for each unit at most
 */
record Admission(@Nullable Refusal refusal, long atNanos, int inFlight, List<Gauge> gauges) {}
