package dev.poolswitch.benchmarks.goodput;

import dev.poolswitch.Origin;
import dev.poolswitch.http.Attempt;
import dev.poolswitch.http.CallOptions;
import dev.poolswitch.http.HttpCall;
import dev.poolswitch.http.Look;
import dev.poolswitch.http.Pause;
import dev.poolswitch.http.PoolRouter;
import dev.poolswitch.http.RequestView;
import dev.poolswitch.http.ResponseView;
import dev.poolswitch.http.Step;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** One call: drives the real exchange, with timers for the network. */
final class SimulatedCall implements RequestView {

    private final Simulation simulation;
    private final Upstream upstream;
    private final PoolRouter.Route route;
    private final long arrivedAt;
    private long sentAt;
    private int status;

    SimulatedCall(Simulation simulation, Upstream upstream, PoolRouter.Route route) {
        this.simulation = simulation;
        this.upstream = upstream;
        this.route = route;
        this.arrivedAt = simulation.now();
    }

    void begin() {
        go(HttpCall.begin(route, this, CallOptions.none(), null).start());
    }

    private void go(Step step) {
        if (step instanceof Attempt attempt) {
            send(attempt);
        } else if (step instanceof Pause pause) {
            simulation.watch(pause.next().thenAccept(this::go));
        } else if (step instanceof Step.Fail || status != 200) {
            simulation.failed();
        } else {
            simulation.answered(sentAt - arrivedAt);
        }
    }

    private void send(Attempt attempt) {
        sentAt = simulation.now();
        attempt.sending();
        String secret = attempt.credential().substring("Bearer ".length());
        simulation.time().schedule(simulation.wayThere(), () -> {
            Upstream.Said said = upstream.request(secret, simulation.now());
            simulation.time().schedule(simulation.serving(), () -> {
                status = said.status();
                go(attempt.answered(new View(said, simulation)));
            });
        });
    }

    @Override
    public String method() {
        return "POST";
    }

    @Override
    public @Nullable String header(String name) {
        return null;
    }

    @Override
    public boolean canBeSent() {
        return true;
    }

    @Override
    public boolean repeatable() {
        return true;
    }

    private record View(Upstream.Said said, Simulation simulation) implements ResponseView {

        @Override
        public int status() {
            return said.status();
        }

        @Override
        public @Nullable String header(String name) {
            List<String> values = headers(name);
            return values.isEmpty() ? null : values.get(0);
        }

        @Override
        public List<String> headers(String name) {
            List<String> values = new ArrayList<>();
            forEachHeader((key, value) -> {
                if (key.equalsIgnoreCase(name)) {
                    values.add(value);
                }
            });
            return values;
        }

        @Override
        public void forEachHeader(BiConsumer<String, String> consumer) {
            consumer.accept("Content-Type", "application/json");
            if (simulation.scenario().knowledge() == Scenario.Knowledge.NOTHING || said.limit() == 0) {
                return;
            }
            if (simulation.scenario().knowledge() == Scenario.Knowledge.RETRY_AFTER) {
                if (said.status() == 429) {
                    consumer.accept("Retry-After", String.valueOf((said.resetNanos() + 999_999_999) / 1_000_000_000));
                }
                return;
            }
            long millis = (said.resetNanos() + 999_999) / 1_000_000;
            if (simulation.scenario().knowledge() == Scenario.Knowledge.EXACT_WAIT) {
                if (said.status() == 429) {
                    consumer.accept("retry-after-ms", String.valueOf(millis));
                }
                return;
            }
            consumer.accept("x-ratelimit-limit-requests", String.valueOf(said.limit()));
            consumer.accept("x-ratelimit-remaining-requests", String.valueOf(said.remaining()));
            consumer.accept("x-ratelimit-reset-requests", millis + "ms");
            if (said.status() == 429) {
                consumer.accept("retry-after-ms", String.valueOf(millis));
            }
        }

        @Override
        public Instant receivedAt() {
            return simulation.time().instant();
        }

        @Override
        public boolean answeredBy(Origin origin) {
            return true;
        }

        @Override
        public boolean hasBody() {
            return true;
        }

        @Override
        public long contentLength() {
            return said.status() == 200 ? 0 : said.body().length();
        }

        @Override
        public boolean prefix(int maxBytes, Look look, BytesTest test) {
            byte[] body = said.body().getBytes(StandardCharsets.UTF_8);
            return test.passes(body, 0, body.length);
        }
    }
}
