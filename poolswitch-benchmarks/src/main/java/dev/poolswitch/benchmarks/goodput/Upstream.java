package dev.poolswitch.benchmarks.goodput;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** A provider that counts each key's requests in windows and refuses what is too much. Times are nanoseconds. */
final class Upstream {

    /** What it says to a request. */
    record Said(int status, int limit, int remaining, long resetNanos, String body) {}

    private static final String REVOKED =
            "{\"error\":{\"code\":\"invalid_api_key\",\"type\":\"invalid_request_error\"}}";
    private static final String SPENT = "{\"error\":{\"code\":\"insufficient_quota\",\"type\":\"insufficient_quota\"}}";
    private static final String LIMITED = "{\"error\":{\"code\":\"rate_limit_exceeded\",\"type\":\"requests\"}}";

    private final Map<String, Counter> counters = new HashMap<>();
    private final long window;
    private final Scenario.Counting counting;
    long accepted;
    long refused;
    long badKeyCalls;

    Upstream(Scenario scenario, java.util.List<String> secrets) {
        window = scenario.window().toNanos();
        counting = scenario.counting();
        for (int i = 0; i < scenario.limits().size(); i++) {
            counters.put(secrets.get(i), new Counter(scenario.limits().get(i)));
        }
    }

    Said request(String secret, long now) {
        if (secret.equals(Scenario.REVOKED)) {
            badKeyCalls++;
            return new Said(401, 0, 0, 0, REVOKED);
        }
        if (secret.equals(Scenario.SPENT)) {
            badKeyCalls++;
            return new Said(429, 0, 0, 0, SPENT);
        }
        Counter counter = counters.get(secret);
        if (counter == null) {
            throw new IllegalStateException("a key that nobody knows");
        }
        Said said = counter.request(now);
        if (said.status() == 200) {
            accepted++;
        } else {
            refused++;
        }
        return said;
    }

    private final class Counter {

        private final int limit;
        private final ArrayDeque<Long> sends = new ArrayDeque<>();
        private double tokens;
        private long filledAt;

        Counter(int limit) {
            this.limit = limit;
            this.tokens = size();
        }

        private double size() {
            return Math.max(1, (double) limit / Scenario.Counting.BUCKET_SHARE);
        }

        private Said ofBucket(long now) {
            double perNano = (double) limit / window;
            tokens = Math.min(size(), tokens + perNano * (now - filledAt));
            filledAt = now;
            boolean room = tokens >= 1;
            tokens -= room ? 1 : 0;
            long reset = (long) Math.ceil(Math.max(0, 1 - tokens) / perNano);
            return new Said(room ? 200 : 429, (int) size(), (int) tokens, reset, room ? "{}" : LIMITED);
        }

        Said request(long now) {
            if (counting == Scenario.Counting.TOKEN_BUCKET) {
                return ofBucket(now);
            }
            boolean fixed = counting == Scenario.Counting.FIXED_WINDOWS;
            long edge = fixed ? now / window * window : now - window + 1;
            while (!sends.isEmpty() && sends.peekFirst() < edge) {
                sends.pollFirst();
            }
            boolean room = sends.size() < limit;
            if (room) {
                sends.addLast(now);
            }
            long reset =
                    fixed || sends.isEmpty() ? (now / window + 1) * window - now : sends.peekFirst() + window - now;
            return new Said(room ? 200 : 429, limit, limit - sends.size(), reset, room ? "{}" : LIMITED);
        }
    }
}
