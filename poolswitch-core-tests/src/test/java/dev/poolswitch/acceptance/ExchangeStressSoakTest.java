package dev.poolswitch.acceptance;

import java.time.Duration;
import org.junit.jupiter.api.Tag;

/** The invariants of {@link ExchangeStressTest}, for longer. */
@Tag("soak")
class ExchangeStressSoakTest extends ExchangeStressTest {

    @Override
    protected Duration duration() {
        return Duration.ofSeconds(20);
    }
}
